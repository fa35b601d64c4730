/** `rosie-guard doctor`: whether the app at GitHub is what this version needs, and what to do where it isn't. */
import type { Command } from 'commander'
import { readAppManifest } from '../api/setup/manifest.ts'
import { loadStoredApp } from '../api/setup/stored-app.ts'
import { WEBHOOK_PATH } from '../api/webhook-route.ts'
import { type Config, loadConfig } from '../config.ts'
import { ownClient } from '../github/clients.ts'
import { type Difference, type Grants, missingOf, needlessOf } from '../github/grants.ts'
import { type LiveApp, type LiveInstallation, readLiveApp } from '../github/live-app.ts'
import { GuardOctokit } from '../github/octokit.ts'
import { createProbot } from '../github/webhooks.ts'
import { jsonText, oneLine } from '../report/plain.ts'
import { createLogger } from '../telemetry/logger.ts'
import { EXIT, type Terminal } from './program.ts'

const HELP = `
Reads the server's environment (APP_ID, PRIVATE_KEY, GHE_HOST, PUBLIC_URL, DATA_DIR …), asks GitHub about the app, and
compares it with app.yml of this version: its permissions and events, what each installation has granted, and where
webhooks go. It changes nothing.

Exit code: 0 nothing is missing, 1 something is, 2 GitHub could not be asked.

Examples:
  rosie-guard doctor
  rosie-guard doctor --json`

export interface Diagnosis {
  app: Pick<LiveApp, 'id' | 'name' | 'settingsUrl'>
  missing: Difference[]
  needless: Difference[]
  /** What is wrong with the webhook, a sentence each. */
  webhook: string[]
  installations: { account: string; url: string; suspended: boolean; missing: Difference[] }[]
}

export function addDoctor(program: Command, io: Terminal, result: { code: number }): void {
  program
    .command('doctor')
    .description('compare the app at GitHub with what this version needs')
    .option('--json', 'print as JSON')
    .addHelpText('after', HELP)
    .action(async ({ json = false }: { json?: boolean }) => {
      const config = loadConfig(process.env)
      const diagnosis = diagnose(await askGitHub(config), needed(), config.publicUrl)
      io.out(json ? jsonText(diagnosis) : pretty(diagnosis))
      if (isIll(diagnosis)) result.code = EXIT.findings
    })
}

function needed(): Grants {
  const { default_permissions: permissions, default_events: events } = readAppManifest()
  return { permissions, events }
}

async function askGitHub(config: Config): Promise<LiveApp> {
  const credentials = config.app ?? (await loadStoredApp(config.dataDir))
  if (!credentials) {
    throw new Error(
      'No app is registered yet. Set APP_ID, PRIVATE_KEY and WEBHOOK_SECRET as on the server, or DATA_DIR to its folder; ' +
        'or start the server and open its page to register one.',
    )
  }
  const { appId, privateKey, webhookSecret: secret } = credentials
  const log = createLogger('fatal')
  const probot = createProbot({ appId, privateKey, secret, Octokit: GuardOctokit, baseUrl: config.github.apiUrl, log })
  return readLiveApp(await ownClient(probot), config.github.webUrl)
}

/** Pure. `publicUrl`: the server as GitHub reaches it, where that is known. */
export function diagnose(app: LiveApp, needs: Grants, publicUrl: string | null): Diagnosis {
  const { id, name, settingsUrl, installations } = app
  return {
    app: { id, name, settingsUrl },
    missing: missingOf(needs, app),
    needless: needlessOf(needs, app),
    webhook: [...webhookFaults(app, publicUrl)],
    installations: installations.map((installation) => ofInstallation(installation, needs)),
  }
}

function ofInstallation({ account, url, suspended, ...grants }: LiveInstallation, needs: Grants) {
  return { account, url, suspended, missing: missingOf(needs, grants) }
}

function* webhookFaults({ webhook }: LiveApp, publicUrl: string | null): Generator<string> {
  if (!webhook) {
    yield 'The app has no webhook, so it hears of nothing.'
    return
  }
  const { url, json, verifiesTls } = webhook
  const expected = publicUrl === null ? null : publicUrl + WEBHOOK_PATH
  if (expected !== null && url !== expected) yield `Webhooks go to ${url}, and PUBLIC_URL says ${expected}.`
  if (!json) yield 'Webhooks are sent as forms: choose application/json as their content type.'
  if (!verifiesTls) yield "The certificate of the webhook's address is not verified: enable SSL verification."
}

const isIll = ({ missing, webhook, installations }: Diagnosis): boolean =>
  missing.length + webhook.length > 0 || installations.some((each) => each.missing.length > 0)

function pretty({ app, missing, needless, webhook, installations }: Diagnosis): string {
  const lines = [`App ${app.id}, ${oneLine(app.name)}: ${app.settingsUrl}`]
  for (const each of missing) lines.push(`  missing   ${said(each)}`)
  if (missing.length > 0)
    lines.push('            Grant it under "Permissions & events"; owners then accept it for each installation.')
  for (const each of needless) lines.push(`  needless  ${said(each)}`)
  for (const fault of webhook) lines.push(`  webhook   ${oneLine(fault)}`)
  for (const { account, suspended, url, missing: lacks } of installations) {
    const state = suspended
      ? 'suspended'
      : lacks.length === 0
        ? 'has what is needed'
        : 'has not accepted what is needed'
    lines.push(`Installation on ${oneLine(account)}: ${state}${lacks.length > 0 ? ` (${url})` : ''}`)
    for (const each of lacks) lines.push(`  missing   ${said(each)}`)
  }
  if (installations.length === 0) lines.push('It is installed nowhere yet.')
  if (missing.length + webhook.length === 0) lines.push('The app is as this version needs it.')
  return `${lines.join('\n')}\n`
}

const said = ({ kind, name, has, needs }: Difference): string =>
  kind === 'event'
    ? `event ${oneLine(name)}`
    : `permission ${oneLine(name)}: has ${has ?? 'none'}, needs ${needs ?? 'none'}`
