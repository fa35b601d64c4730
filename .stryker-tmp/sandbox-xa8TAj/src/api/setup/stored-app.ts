/** The credentials GitHub gave at registration, kept in `DATA_DIR/app.json` for the owner of the process alone. */
// @ts-nocheck

import { createPrivateKey, randomUUID } from 'node:crypto'
import { access, chmod, constants, link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const storedApp = z.object({
  appId: z.int().positive(),
  slug: z.string().min(1),
  htmlUrl: z.url({ protocol: /^https?$/ }),
  /** PEM. */
  privateKey: z.string().refine(isPrivateKey, 'not a private key in PEM form'),
  webhookSecret: z.string().min(1),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
})

export type StoredApp = z.infer<typeof storedApp>

/** What GitHub answers to the conversion of a manifest, in our words. Throws `ZodError`. */
export function fromConversion(answer: Record<string, unknown>): StoredApp {
  return storedApp.parse({
    appId: answer.id,
    slug: answer.slug,
    htmlUrl: answer.html_url,
    privateKey: answer.pem,
    webhookSecret: answer.webhook_secret,
    clientId: answer.client_id,
    clientSecret: answer.client_secret,
  })
}

const pathIn = (dataDir: string) => join(dataDir, 'app.json')

/** Null when no app was registered here. Throws when the file is there but can't be used, naming the file and the fix. */
export async function loadStoredApp(dataDir: string): Promise<StoredApp | null> {
  const path = pathIn(dataDir)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const result = storedApp.safeParse(parseJson(text))
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const field = issue?.path.join('.') || 'the file'
  throw new Error(
    `${path} does not hold usable app credentials (${field}: ${issue?.message}). ` +
      'Restore it from a backup, or set APP_ID, PRIVATE_KEY and WEBHOOK_SECRET and remove it.',
  )
}

/** Makes the folder and closes it to others. Throws when it can't be written to. */
export async function prepareDataDir(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  // A mounted folder may belong to somebody else; the file in it is closed all the same.
  await chmod(dataDir, 0o700).catch(() => {})
  await access(dataDir, constants.W_OK)
}

/** Written whole or not at all. Throws `EEXIST` rather than replace the credentials of an app that is registered already. */
export async function storeApp(dataDir: string, app: StoredApp): Promise<void> {
  await prepareDataDir(dataDir)
  const draft = join(dataDir, `app.json.${randomUUID()}`)
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(app, null, 2)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    // Unlike rename, link never replaces a file.
    await link(draft, pathIn(dataDir))
  } finally {
    await rm(draft, { force: true })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isPrivateKey(pem: string): boolean {
  try {
    createPrivateKey(pem)
    return true
  } catch {
    return false
  }
}
