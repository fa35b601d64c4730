/**
 * One process at a time on DATA_DIR: two on one embedded database lose rows without an error (150 of 200, measured).
 *
 * The lock is a file that names its holder. Where the holder would be a process of this machine, it is asked for by pid
 * and start time, so that a killed one is noticed at once and a reused pid deceives nobody. A holder in another container
 * or machine can't be asked: it touches the file regularly, and counts as gone when it has missed three beats.
 */
// @ts-nocheck

import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'

export interface DataDirLock {
  release(): Promise<void>
}

export class DataDirInUse extends Error {
  override name = 'DataDirInUse'
  constructor(folder: string, holder: Holder | null) {
    const who = holder ? `process ${holder.pid} on ${holder.host.split(' ')[0]}` : 'another process'
    super(
      `${folder} is in use by ${who}. Stop that process, give this one another DATA_DIR, or set DATABASE_URL to share a database.`,
    )
  }
}

const holderShape = z.object({
  id: z.string(),
  pid: z.number(),
  /** Clock ticks between boot and the start of the process; null where the system doesn't say. */
  started: z.string().nullable(),
  host: z.string(),
})
type Holder = z.infer<typeof holderShape>

/** `beatMs`: how often the holder shows that it lives. Throws `DataDirInUse`. */
export async function lockDataDir(folder: string, beatMs = 5_000): Promise<DataDirLock> {
  const file = join(folder, 'lock')
  const self = { id: randomUUID(), pid: process.pid, started: startOf(process.pid), host: thisHost() }
  await acquire(folder, file, self, beatMs)
  const beat = setInterval(() => utimes(file, new Date(), new Date()).catch(() => {}), beatMs).unref()
  return {
    async release() {
      clearInterval(beat)
      if ((await holderOf(file))?.id === self.id) await rm(file, { force: true })
    },
  }
}

async function acquire(folder: string, file: string, self: Holder, beatMs: number): Promise<void> {
  let tookOver = false
  while (!(await create(file, self))) {
    const holder = await holderOf(file)
    if (holder?.host === self.host ? isRunning(holder) : await beats(file, beatMs)) {
      throw new DataDirInUse(folder, holder)
    }
    await rm(file, { force: true })
    tookOver = true
  }
  if (!tookOver) return
  // Another process may have judged the same lock stale and removed ours in its place: the last one to write has it.
  await setTimeout(100)
  const holder = await holderOf(file)
  if (holder?.id !== self.id) throw new DataDirInUse(folder, holder)
}

async function create(file: string, self: Holder): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify(self), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Null when there is no lock, or none that can be read (yet). */
async function holderOf(file: string): Promise<Holder | null> {
  const { data } = holderShape.safeParse(await readJson(file))
  return data ?? null
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return null
  }
}

function isRunning({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it runs, as somebody else.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return started === startOf(pid)
}

async function beats(file: string, beatMs: number): Promise<boolean> {
  const touched = async () => (await stat(file).catch(() => null))?.mtimeMs
  const before = await touched()
  for (let waited = 0; before !== undefined && waited < 3 * beatMs; waited += beatMs / 5) {
    await setTimeout(beatMs / 5)
    if ((await touched()) !== before) return true
  }
  return false
}

/** Field 22 of /proc/PID/stat, proc(5); its second field, the command in parentheses, may hold spaces. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

/** The set of processes among which a pid means one. */
function thisHost(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}
