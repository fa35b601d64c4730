import { lstat, open, rename, rm } from 'node:fs/promises'

/** An older file is not replaced without a word. Throws where there is anything under this name. */
export async function refuseExisting(path: string): Promise<void> {
  // Whatever else is wrong with the name is said as it is written to.
  const there = await lstat(path).catch(() => null)
  if (there) throw new Error(`${path} is there already. Name another file, or replace it with --force.`)
}

/** Writes text as it comes. Under its name the file is there once it is complete: a part is never taken for the whole. */
export async function toFile(path: string, text: AsyncIterable<string>): Promise<void> {
  const draft = `${path}.part`
  const file = await open(draft, 'w', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${path} can't be written: ${error.code ?? error.message}.`)
  })
  try {
    for await (const part of text) await file.write(part)
    await file.sync()
    await file.close()
    await rename(draft, path)
  } catch (error) {
    await file.close().catch(() => {})
    await rm(draft, { force: true })
    throw error
  }
}
