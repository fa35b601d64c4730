/**
 * First start: registers the GitHub App for a server that has no credentials. The operator proves access to the log with
 * a one-time token, confirms the app on GitHub, and comes back with a code that is exchanged for the credentials. Meant
 * for a host of its own, which main replaces by the app's once `onRegistered` is called.
 */
import { Octokit } from '@octokit/rest'
import type { FastifyBaseLogger, FastifyInstance, FastifyPluginAsync, FastifyReply } from 'fastify'
import { z } from 'zod'
import { isLoopback } from '../../github/loopback.ts'
import { type Page, show as showPage } from '../page.ts'
import { toProblem } from '../problem.ts'
import { WEBHOOK_PATH } from '../webhook-route.ts'
import { completeManifest, readAppManifest, registrationUrl } from './manifest.ts'
import { PendingStates, SetupToken } from './one-time.ts'
import * as pages from './pages.ts'
import { fromConversion, loadStoredApp, prepareDataDir, type StoredApp, storeApp } from './stored-app.ts'

export interface SetupOptions {
  dataDir: string
  /** This server as browsers and GitHub reach it, without a trailing slash. */
  publicUrl: string
  /** The smee channel when GitHub can't reach `publicUrl`. */
  webhookProxyUrl: string | null
  /** Without trailing slashes: `https://github.com` and `https://api.github.com`, or `https://HOST` and `https://HOST/api/v3`. */
  github: { webUrl: string; apiUrl: string }
  /** Whether this server has worked for an app before: then it isn't given another one through the web. */
  hasData: () => Promise<boolean>
  /** Called once the page that says so was sent. */
  onRegistered: (app: StoredApp) => void
}

const EXCHANGE_TIMEOUT_MS = 15_000

/** GitHub: letters, digits and single hyphens, at most 39. */
const submitted = z.object({
  token: z.string().max(200),
  account: z.enum(['personal', 'organization']),
  organization: z.string().trim().max(39),
})
const isOrganization = (name: string) => /^[a-z\d]+(-[a-z\d]+)*-?$/i.test(name)

const returned = z.object({ code: z.string().regex(/^[\w-]{1,200}$/), state: z.string() })

const EMPTY_FORM: pages.Form = { account: 'organization', organization: '' }

/** One first start, from the token in the log to the credentials. */
interface Registration {
  options: SetupOptions
  webhookUrl: string
  /** The host of GitHub, for people. */
  server: string
  states: PendingStates
  token: SetupToken
  done: boolean
}

export const setup: FastifyPluginAsync<SetupOptions> = async (app, options) => {
  const { publicUrl, github } = options
  const registration: Registration = {
    options,
    webhookUrl: options.webhookProxyUrl ?? publicUrl + WEBHOOK_PATH,
    server: new URL(github.webUrl).host,
    states: new PendingStates(),
    token: new SetupToken((fresh) => {
      app.log.warn(`No GitHub App is registered. Open ${publicUrl}/setup and enter this one-time token: ${fresh}`)
    }),
    done: false,
  }
  answerInPages(app)
  openOnlyOnce(app, registration)
  for (const url of ['/', '/setup']) {
    app.get(url, async (_request, reply) => show(reply, 200, pages.form(registration.server, EMPTY_FORM)))
  }
  app.post('/setup', ({ body }, reply) => begin(registration, body, reply))
  app.get('/setup/callback', ({ query }, reply) => finish(registration, query, reply, app.log))
}

/** Forms come in, pages go out, of errors too. */
function answerInPages(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 4_096 },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  app.setErrorHandler((error, request, reply) => {
    const { statusCode, message } = toProblem(error, request)
    return show(reply, statusCode, pages.problem('That did not work', message))
  })
}

/** Nothing is here once there is an app, and no app is registered whose webhooks could not arrive. */
function openOnlyOnce(app: FastifyInstance, registration: Registration): void {
  const { options, server, webhookUrl } = registration
  const unreachable = isLoopback(webhookUrl) && !isLoopback(options.github.webUrl)
  app.addHook('preHandler', async (_request, reply) => {
    const known = registration.done || (await loadStoredApp(options.dataDir)) !== null || (await options.hasData())
    if (known) return reply.callNotFound()
    if (unreachable) return show(reply, 200, pages.unreachable(server, webhookUrl))
  })
}

/** The form was sent: whoever has the token is handed over to GitHub. */
async function begin({ options, webhookUrl, server, states, token }: Registration, body: unknown, reply: FastifyReply) {
  const { form, problem: misfilled } = readForm(body)
  if (misfilled !== null) return show(reply, 400, pages.form(server, form, misfilled))
  if (!token.redeem(form.token)) {
    const problem = 'This is not the token that the log shows last. A token that was used, or guessed at, is replaced.'
    return show(reply, 403, pages.form(server, form, problem))
  }
  // Better found out now than with credentials in hand that GitHub shows only once.
  await prepareDataDir(options.dataDir)
  const owner = form.account === 'organization' ? form.organization : null
  const action = registrationUrl(options.github.webUrl, owner, states.issue(Date.now()))
  const manifest = completeManifest(readAppManifest(), { publicUrl: options.publicUrl, webhookUrl })
  return show(reply, 200, pages.handOver(action, manifest))
}

/** GitHub sent the operator back with a code, which is exchanged for the credentials. */
async function finish(registration: Registration, query: unknown, reply: FastifyReply, log: FastifyBaseLogger) {
  const { options, states } = registration
  const { code = '', state = '' } = returned.safeParse(query).data ?? {}
  if (code === '' || !states.redeem(state, Date.now())) return show(reply, 400, pages.unknownRegistration())
  const credentials = await exchange(options.github.apiUrl, code).catch((error: unknown) => {
    // Only its text: the error itself carries the request, and with it the code.
    log.error({ reason: String(error) }, 'GitHub did not hand over the credentials of the new app.')
    return null
  })
  if (credentials === null) return show(reply, 502, pages.notHandedOver())
  try {
    await storeApp(options.dataDir, credentials)
  } catch (error) {
    log.error({ err: error }, 'The credentials of the new app could not be kept.')
    return show(reply, 500, pages.notKept(credentials.slug))
  }
  registration.done = true
  // Not before the page is out: whoever listens may close this host.
  reply.raw.once('close', () => options.onRegistered(credentials))
  return show(reply, 200, pages.registered(credentials.htmlUrl, credentials.slug))
}

/** What was filled in, and what is wrong with it. */
function readForm(body: unknown): { form: z.infer<typeof submitted>; problem: string | null } {
  const form = submitted.safeParse(body).data
  if (form === undefined) return { form: { ...EMPTY_FORM, token: '' }, problem: 'Please fill in the form again.' }
  const named = form.account === 'personal' || isOrganization(form.organization)
  return { form, problem: named ? null : 'Enter the name of the organisation as in its address on GitHub.' }
}

/**
 * The origin is sent along: without it the browser calls itself `null`, which GitHub might not take the manifest from.
 * The path, which may hold the code, never is.
 */
const show = (reply: FastifyReply, status: number, page: Page) =>
  showPage(reply.header('referrer-policy', 'strict-origin'), status, page)

/** Octokit's own lines on the console carry the code. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

/** Throws when GitHub refuses the code or what it answers isn't whole. */
async function exchange(apiUrl: string, code: string): Promise<StoredApp> {
  const octokit = new Octokit({ baseUrl: apiUrl, userAgent: 'rosie-guard', log: SILENT })
  const { data } = await octokit.rest.apps.createFromManifest({
    code,
    request: { signal: AbortSignal.timeout(EXCHANGE_TIMEOUT_MS) },
  })
  return fromConversion(data)
}
