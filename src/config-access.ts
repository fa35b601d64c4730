/** Who may come in, and from where: the variables for signing in, administrators and pages of other servers. */
import { z } from 'zod'
import { isProxy, NETWORKS } from './access/address.ts'

/** A comma-separated list, each entry of which must have a form. Not set, it is `otherwise`. */
const listOf = (isEntry: (entry: string) => boolean, error: string, otherwise: string[] = []) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    )
    .refine((entries) => entries.every(isEntry), { error })
    .default(otherwise)

const isLogin = (entry: string) => /^[a-z\d](?:[a-z\d_-]{0,98}[a-z\d])?$/i.test(entry)

/** As browsers send it. */
const isOrigin = (entry: string) => /^https?:/.test(entry) && URL.canParse(entry) && new URL(entry).origin === entry

/** `none`: no proxy is. */
const isProxies = (entry: string) => entry === 'none' || isProxy(entry)

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
  TRUSTED_PROXIES: listOf(
    isProxies,
    `must be addresses of proxies, networks such as 10.0.3.0/28 but not of all addresses, or ${NETWORKS.join(', ')}, separated by commas; or none.`,
    ['loopback'],
  )
    .refine((entries) => entries.length === 1 || !entries.includes('none'), {
      error: 'must be either proxies or none.',
    })
    .transform((entries) => entries.filter((entry) => entry !== 'none'))
    .describe(
      'Proxies, comma-separated, whose `X-Forwarded-For` is believed: addresses, networks, `loopback` for this machine, `linklocal` and `uniquelocal` for private networks, or `none`. Name the proxies only: whoever else sends from there chooses the address that the audit trail keeps.',
    ),
  CORS_ORIGINS: listOf(
    isOrigin,
    'must be origins, separated by commas, such as https://dashboard.example.com: scheme and host, the port where it is not the usual one, and nothing after it.',
  ).describe(
    'Origins, comma-separated, whose pages may ask the API from a browser, with an API key. None: only our own.',
  ),
}
