/** `npm run demo -- --stay`: the app goes on after the story, with a key of its own, so that its interface can be tried. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type RunningApp, startApp } from '../test/support/app.ts'

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

/** For the one who started the demo: everything of the account, until the demo ends. */
async function makeKey(dataDir: string): Promise<string> {
  const args = ['api-key', 'create', '--name', 'Demo', '--scope', 'admin', '--installation', 'acme']
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, DATA_DIR: dataDir }
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], { env })
  return stdout.trim()
}

/** No process may have the embedded database meanwhile. `app` is stopped; answers the one that runs in its place. */
export async function restartWithKey(
  app: RunningApp,
  environment: Record<string, string>,
): Promise<{ app: RunningApp; key: string }> {
  await app.stop()
  const key = await makeKey(app.dataDir)
  return { app: await startApp({ environment, dataDir: app.dataDir }), key }
}

export const wordsFor = (url: string, key: string, repositoryId: number): string => `\
The server goes on until you press Ctrl+C; then it is gone, with its data.

  ${url}/api/docs    the pages of its REST interface

  KEY=${key}
  curl -H "authorization: Bearer $KEY" ${url}/api/v1/repositories
  curl -H "authorization: Bearer $KEY" ${url}/api/v1/repositories/${repositoryId}/traceability/matrix
  curl -H "authorization: Bearer $KEY" "${url}/api/v1/repositories/${repositoryId}/compliance/report?format=markdown"`

export async function untilStopped(): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
}
