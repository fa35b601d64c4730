// @ts-nocheck
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DataDirInUse, lockDataDir } from '../../src/store/data-dir.ts'
import { openDatabase } from '../../src/store/database.ts'

let folder: string
let lockFile: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-dir-'))
  lockFile = join(folder, 'lock')
})
afterEach(() => rmSync(folder, { recursive: true }))

const BEAT_MS = 50

/** Another process that takes the lock and keeps it. */
async function otherProcess(): Promise<ChildProcess> {
  const script = `
    import { lockDataDir } from ${JSON.stringify(resolve('src/store/data-dir.ts'))}
    await lockDataDir(${JSON.stringify(folder)}, ${BEAT_MS})
    console.log('locked')
    setInterval(() => {}, 1000)`
  const args = ['--import', 'tsx', '--input-type=module', '-e', script]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout ?? child, 'data')
  return child
}

/** As if the holder lived where this process can't ask for it: in another container, say. */
function moveHolderElsewhere() {
  writeFileSync(lockFile, JSON.stringify({ ...JSON.parse(readFileSync(lockFile, 'utf8')), host: 'elsewhere' }))
}

async function kill(child: ChildProcess) {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

describe('the lock on DATA_DIR', () => {
  it('refuses a second process, naming the folder, the holder and the ways out', async () => {
    const other = await otherProcess()
    try {
      const refusal = await lockDataDir(folder, BEAT_MS).catch((error) => error)
      expect(refusal).toBeInstanceOf(DataDirInUse)
      expect(refusal.message).toContain(folder)
      expect(refusal.message).toContain(`process ${other.pid} `)
      expect(refusal.message).toMatch(/Stop that process.*DATA_DIR.*DATABASE_URL/)
    } finally {
      await kill(other)
    }
  })

  it('is free at once when its holder was killed', async () => {
    await kill(await otherProcess())
    const lock = await lockDataDir(folder, 60_000)
    expect(JSON.parse(readFileSync(lockFile, 'utf8')).pid).toBe(process.pid)
    await lock.release()
  })

  it('is free when its pid belongs to another process by now', async () => {
    const { pid } = process
    const lock = await lockDataDir(folder)
    const holder = JSON.parse(readFileSync(lockFile, 'utf8'))
    await lock.release()
    writeFileSync(lockFile, JSON.stringify({ ...holder, pid, started: '1' }))
    await (await lockDataDir(folder, 60_000)).release()
  })

  it('holds against a process that cannot ask for the holder, as long as that one shows that it lives', async () => {
    const other = await otherProcess()
    moveHolderElsewhere()
    await expect(lockDataDir(folder, BEAT_MS)).rejects.toThrow(DataDirInUse)
    await kill(other)
    await (await lockDataDir(folder, BEAT_MS)).release()
  })

  it.each(['', '{}', 'null'])('is free when its file is damaged (%j) and nobody touches it', async (text) => {
    writeFileSync(lockFile, text)
    await (await lockDataDir(folder, BEAT_MS)).release()
  })

  it('is taken over by one of several that find it stale', async () => {
    await kill(await otherProcess())
    const tries = await Promise.allSettled(Array.from({ length: 5 }, () => lockDataDir(folder, BEAT_MS)))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('is released when the database is closed, and the folder is closed to others', async () => {
    const dataDir = join(folder, 'data')
    const database = await openDatabase({ dataDir })
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
    await expect(openDatabase({ dataDir })).rejects.toThrow(DataDirInUse)
    await database.close()
    await (await openDatabase({ dataDir })).close()
  })
})
