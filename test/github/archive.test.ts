/** An archive is never held whole, nor read faster than it is used. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import { readArchive } from '../../src/github/archive.ts'
import { BytesInFlight } from '../../src/github/in-flight.ts'
import { blobId } from '../../src/scan/git-objects.ts'
import { initialise, temporaryFolder } from '../local/repository.ts'
import { type SourceServer, serve } from './source-server.ts'

const MB = 2 ** 20
/** What the archive holds besides the wanted files. */
const FILLER = { files: 300, bytes: MB }

let folder: ReturnType<typeof temporaryFolder>
let server: SourceServer
/** Bytes of the archive that have left the server. */
let sent: number
beforeEach(async () => {
  folder = temporaryFolder()
  server = await serve(initialise(join(folder.path, 'lab')))
  sent = 0
})
afterEach(async () => {
  await server.close()
  folder.remove()
})

const WANTED = Object.fromEntries([0, 150, 299].map((place) => [`src/${place}.ts`, `// after ${place} MB\n`]))
const files = Object.entries(WANTED).map(([path, content]) => {
  return { path, sha: blobId(Buffer.from(content), 'sha1'), size: content.length }
})

/** 300 MB that can't be compressed, with the wanted files at the beginning, in the middle and near the end. */
function* archive(): Generator<Buffer> {
  const filler = randomBytes(FILLER.bytes)
  for (let i = 0; i < FILLER.files; i++) {
    const wanted = WANTED[`src/${i}.ts`]
    if (wanted !== undefined) yield* entry(`acme-lab/src/${i}.ts`, Buffer.from(wanted))
    yield* entry(`acme-lab/assets/${i}.bin`, filler)
  }
  yield Buffer.alloc(1024)
}

/** POSIX.1-1988, ustar: a header, the content, zeros up to the next 512 bytes. */
function* entry(name: string, content: Buffer): Generator<Buffer> {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write('000644  000000  000000  ', 100)
  header.write(`${content.length.toString(8).padStart(11, '0')} 00000000000 `, 124)
  header.write('        0', 148)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  yield header
  for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536)
  yield Buffer.alloc((512 - (content.length % 512)) % 512)
}

function largeArchive(): void {
  const counted = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      sent += chunk.length
      yield chunk
    }
  }
  server.instead('archive', (_, to) => {
    // Whoever has enough hangs up.
    pipeline(Readable.from(archive()), createGzip({ level: 0, chunkSize: 256 * 1024 }), counted, to).catch(
      () => undefined,
    )
  })
}

/** Until nothing has been sent for a while: network and streams have buffers of their own, which fill up. */
async function standstill(): Promise<void> {
  for (let before = -1; before !== sent; await sleep(1_000)) before = sent
}

const read = (inFlight = new BytesInFlight()) =>
  readArchive(server.client, { owner: 'acme', repo: 'lab' }, 'a'.repeat(40), files, inFlight)

it('of 300 MB is read in passing, with the wanted files one at a time', async () => {
  largeArchive()
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before)
  }, 5)
  const found: string[] = []
  for await (const { bytes } of read()) found.push(Buffer.from(bytes ?? []).toString())
  clearInterval(timer)
  expect(found).toEqual(Object.values(WANTED))
  // All of it was there but what follows the last wanted file.
  expect(sent).toBeGreaterThan(290 * MB)
  // What was let go and not collected yet is in it: far less than the whole all the same.
  expect(most).toBeLessThan(100 * MB)
}, 120_000)

it('waits on its server while the scan is busy with a file, and while others have all the room there is', async () => {
  largeArchive()
  const inFlight = new BytesInFlight(100)
  const blobs = read(inFlight)
  await blobs.next()
  expect(inFlight.taken).toBe(files[0]?.size)
  await standstill()
  expect(sent).toBeLessThan(30 * MB)
  const others = inFlight.take(100)
  const second = blobs.next()
  const release = await others
  await standstill()
  expect(sent).toBeGreaterThan(140 * MB)
  expect(sent).toBeLessThan(180 * MB)
  release()
  expect((await second).done).toBe(false)
  await blobs.return(undefined)
  expect(inFlight.taken).toBe(0)
}, 120_000)
