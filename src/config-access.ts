/** Who may come in, and from where: the variables for signing in, administrators and pages of other servers. */
import { z } from 'zod'

/** A comma-separated list, each entry of which must have a form. */
const listOf = (isEntry: (entry: string) => boolean, error: string) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    )
    .refine((entries) => entries.every(isEntry), { error })
    .default([])

const isLogin = (entry: string) => /^[a-z\d](?:[a-z\d_-]{0,98}[a-z\d])?$/i.test(entry)

/** As browsers send it. */
const isOrigin = (entry: string) => /^https?:/.test(entry) && URL.canParse(entry) && new URL(entry).origin === entry

export const accessVariables = {
  SESSION_SECRET: z
    .string()
    .trim()
    .regex(/^\S{32,}$/, 'must have at least 32 characters and no blanks. Make one with `openssl rand -hex 32`.')
    .optional()
    .describe(
      'What sessions of people are signed with, and the tokens that GitHub gave for them encrypted. With `CLIENT_ID`, `CLIENT_SECRET` and `PUBLIC_URL` people can sign in; another one signs everybody out.',
    ),
  ADMINS: listOf(
    isLogin,
    'must be logins at GitHub, separated by commas, such as octocat,hubot: each of letters, digits, - and _.',
  ).describe(
    'Logins at GitHub, comma-separated, of those who may administer this whole server. Owners of an organisation administer its installation without being named.',
  ),
  CORS_ORIGINS: listOf(
    isOrigin,
    'must be origins, separated by commas, such as https://dashboard.example.com: scheme and host, the port where it is not the usual one, and nothing after it.',
  ).describe(
    'Origins, comma-separated, whose pages may ask the API from a browser, with an API key. None: only our own.',
  ),
}
