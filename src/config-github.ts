/** The variables that say who the app is on GitHub, and where GitHub is. */
import { z } from 'zod'
import { oneOf, url } from './config-forms.ts'
import { isPrivateKey, pemOf, readText } from './config-keys.ts'
import { isLoopback } from './github/loopback.ts'

export interface AppCredentials {
  readonly appId: number
  /** PEM. */
  readonly privateKey: string
  readonly webhookSecret: string
  /** For signing people in; null when not configured. */
  readonly oauth: { readonly clientId: string; readonly clientSecret: string } | null
}

export interface GitHubServer {
  /** REST, without a trailing slash. */
  readonly apiUrl: string
  /** What people see, without a trailing slash. */
  readonly webUrl: string
}

/** Deliveries must not cross a network in clear text. */
const isSafeChannel = (text: string) => text.startsWith('https://') || isLoopback(text)

const inPortRange = (digits: string) => Number(digits) >= 1 && Number(digits) <= 65_535

export const gitHubVariables = {
  APP_ID: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'must be the number shown as "App ID" on the page of the GitHub App.')
    .transform(Number)
    .optional()
    .describe('The number of the GitHub App. Without any of the credentials the server starts the registration page.'),
  PRIVATE_KEY: z
    .string()
    .transform(pemOf)
    .refine(isPrivateKey, {
      error:
        'must be the private key of the GitHub App: its PEM text (line breaks may be written as \\n), or that in base64.',
    })
    .optional()
    .describe(
      'The private key of the GitHub App: PEM, with line breaks or `\\n` in their place, or base64 of the PEM.',
    ),
  PRIVATE_KEY_PATH: z
    .string()
    .transform(readText)
    .refine(isPrivateKey, { error: 'must name a readable file with the private key of the GitHub App in PEM.' })
    .optional()
    .describe('A file with the private key, instead of `PRIVATE_KEY`.'),
  WEBHOOK_SECRET: z
    .string()
    .trim()
    .refine((secret) => secret !== 'development', {
      error:
        'must not be "development", which anyone can guess. Make one with `openssl rand -hex 32` and set the same in the GitHub App.',
    })
    .optional()
    .describe('The secret that GitHub signs webhooks with; the same as in the settings of the GitHub App.'),
  CLIENT_ID: z.string().optional().describe('The client id of the GitHub App, for signing people in.'),
  CLIENT_SECRET: z.string().optional().describe('The client secret of the GitHub App, for signing people in.'),
  GHE_HOST: z
    .string()
    .regex(/^[a-z\d][a-z\d.-]*(?::\d{1,5})?$/i, {
      error: 'must be a host name, such as github.example.com, without https:// and path.',
      abort: true,
    })
    .refine((host) => inPortRange(host.split(':')[1] ?? '443'), { error: 'must have a port from 1 to 65535, or none.' })
    .optional()
    .describe('The host of a GitHub Enterprise Server. Without it: github.com.'),
  GHE_PROTOCOL: oneOf(['https', 'http']).default('https').describe('How `GHE_HOST` is reached: `https` or `http`.'),
  WEBHOOK_PROXY_URL: url(['https', 'http'])
    .refine(isSafeChannel, { error: 'must begin with https://, unless the channel is on this machine.' })
    .optional()
    .describe(
      'A smee.io channel to receive webhooks from, for a server that GitHub can not reach. Not for production.',
    ),
}

type Variables = z.infer<z.ZodObject<typeof gitHubVariables>>

/** Complete or null: what lies between was refused (config.ts, `contradictions`). */
export function credentialsOf(vars: Variables): AppCredentials | null {
  const privateKey = vars.PRIVATE_KEY ?? vars.PRIVATE_KEY_PATH
  if (!vars.APP_ID || !privateKey || !vars.WEBHOOK_SECRET) return null
  const oauth =
    vars.CLIENT_ID && vars.CLIENT_SECRET ? { clientId: vars.CLIENT_ID, clientSecret: vars.CLIENT_SECRET } : null
  return { appId: vars.APP_ID, privateKey, webhookSecret: vars.WEBHOOK_SECRET, oauth }
}

export function serverOf({ GHE_HOST: host, GHE_PROTOCOL: protocol }: Variables): GitHubServer {
  if (!host) return { apiUrl: 'https://api.github.com', webUrl: 'https://github.com' }
  const webUrl = `${protocol}://${host}`
  return { apiUrl: `${webUrl}/api/v3`, webUrl }
}
