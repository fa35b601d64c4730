/**
 * `npm run bench:assess`: parsing, verifying and assessing large records from memory, and assessing again after one file
 * changed. Compiled first, as the app is; each size in a process of its own, so that one's garbage is not the other's.
 * docs/performance.md has figures.
 */
import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { assess, type Judging } from '../src/rosie/assess.ts'
import type { Content } from '../src/rosie/contents.ts'
import type { Snapshot } from '../src/rosie/model.ts'
import { DEFAULT_POLICY } from '../src/rosie/policy.ts'
import { readBlobs, relevantFiles, snapshotOf, wantedContents } from '../src/scan/files.ts'
import { blobId } from '../src/scan/git-objects.ts'
import type { TreeEntry } from '../src/scan/ports/source.ts'
import { contentKey } from '../src/scan/ports/store.ts'
import { evidenceIn, keySet, verifyAll } from '../src/scan/trust.ts'
import { COMMIT, type LargeRecord, largeRecord } from './large-record.ts'

const FILES = [1_500, 7_500, 15_000]
const NOW = Date.parse('2026-02-06T10:00:00Z')
const REPEATS = 15

const [size, faulty] = process.argv.slice(2)
if (size === undefined) report()
else process.stdout.write(JSON.stringify(await measure(Number(size), faulty !== undefined)))

interface Measured {
  files: number
  artifacts: number
  readMs: number
  verifyMs: number
  assessMs: number
  /** After a change of a source, and of a specification. */
  againMs: { source: number[]; document: number[] }
  findings: number
  peakMb: number
}

/** Of the artifacts, a quarter is evidence: 20,000 of them beside 15,000 files. */
async function measure(files: number, faulty: boolean): Promise<Measured> {
  const artifacts = Math.round((files * 4) / 3)
  const evidence = Math.round(artifacts / 4)
  const record = await largeRecord({ files, documents: artifacts - evidence, evidence, faulty })
  const started = performance.now()
  const head = { ...(await snapshot(record.tree, record)), state: record.state }
  const read = performance.now()
  const keys = await keySet([], [record.key])
  const verdicts = await verifyAll([...evidenceIn([head])], keys, () => 0)
  const verified = performance.now()
  const judging: Judging = {
    policy: DEFAULT_POLICY,
    proposed: null,
    verdicts,
    states: new Map([[COMMIT, record.state]]),
    keys: 1,
    now: NOW,
    trackedRecord: true,
  }
  const { assessment } = assess(head, null, judging)
  const assessed = performance.now()
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024)
  return {
    files,
    artifacts,
    readMs: read - started,
    verifyMs: verified - read,
    assessMs: assessed - verified,
    againMs: {
      source: await again(head, record.source, judging),
      document: await again(head, record.document, judging),
    },
    findings: assessment.findings.length,
    peakMb,
  }
}

/** What a push of one changed file costs once its base has been assessed: the file read, the head assessed against it. */
async function again(base: Snapshot, { path, text }: LargeRecord['source'], judging: Judging): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < REPEATS; n++) {
    const bytes = Buffer.from(`${text}// ${n}\n`)
    const sha = blobId(bytes, 'sha1')
    const started = performance.now()
    const [one] = (await snapshot([{ path, sha, size: bytes.length }], { bytes: new Map([[sha, bytes]]) })).files
    if (!one) throw new Error('the changed file is of no interest')
    const head = { ...base, files: base.files.map((file) => (file.path === one.path ? one : file)) }
    assess(head, base, judging)
    times.push(performance.now() - started)
  }
  return times
}

async function snapshot(tree: readonly TreeEntry[], { bytes }: Pick<LargeRecord, 'bytes'>): Promise<Snapshot> {
  const files = relevantFiles(tree)
  const contents = new Map<string, Content>()
  const blobs = async function* () {
    for (const { sha } of new Map(files.map((file) => [file.sha, file])).values()) {
      yield { sha, bytes: bytes.get(sha) ?? null }
      bytes.delete(sha) // as a scan does: it lets go of what it has read
    }
  }
  for await (const item of readBlobs(blobs(), wantedContents(files), DEFAULT_POLICY)) {
    contents.set(contentKey(item.sha, item.reader), item.content)
  }
  return snapshotOf(null, files, contents)
}

function report(): void {
  const [cpu] = cpus()
  console.log(`${cpus().length} cores ${cpu?.model}, Node ${process.version}; "again": median of ${REPEATS}\n`)
  console.log(
    '| files | artifacts | findings | read | verify | assess | all | again, source | again, document | peak memory |',
  )
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |')
  for (const files of FILES) console.log(row([String(files)]))
  console.log(row([String(FILES.at(-1)), 'faulty']))
}

/** A size, and `faulty` for a record of which every test is incomplete. */
function row(size: readonly string[]): string {
  const args = [fileURLToPath(import.meta.url), ...size]
  const m = JSON.parse(execFileSync(process.execPath, args, { maxBuffer: 2 ** 20 }).toString()) as Measured
  const all = m.readMs + m.verifyMs + m.assessMs
  const cells = [
    ...[m.files, m.artifacts, m.findings].map((count) => count.toLocaleString('en')),
    ...[m.readMs, m.verifyMs, m.assessMs, all].map((ms) => `${(ms / 1000).toFixed(2)} s`),
    ...[m.againMs.source, m.againMs.document].map((times) => `${Math.round(median(times))} ms`),
    `${m.peakMb} MB`,
  ]
  return `| ${cells.join(' | ')} |`
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}
