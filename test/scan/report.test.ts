import { createHash } from 'node:crypto'
import type { MadeReport, ReportFormat, ReportStore } from '../../src/scan/ports/reports.ts'
import type { Scan } from '../../src/scan/ports/store.ts'
import { type ReportPorts, runReport } from '../../src/scan/report.ts'
import { source } from '../report/compliance/given.ts'

const scan = { id: 'job', repository: { id: 42n } } as Scan
const given = source()

/** What the job did, in order. */
async function run(found: Awaited<ReturnType<ReportStore['source']>>, signal = new AbortController().signal) {
  const did: unknown[] = []
  const ports: ReportPorts = {
    store: {
      update: async (_, { progress }) => void did.push(progress),
      skip: async (_, reason) => void did.push(reason),
      release: async (...of) => void did.push(of.slice(1)),
      finishReport: async (_, of, made) => void did.push([of, made]),
    },
    reports: { source: async () => found },
    render: async (_, format) => Buffer.from(format),
    signal,
  }
  return { outcome: await runReport(scan, ports), did }
}

const made = (...formats: ReportFormat[]): MadeReport[] =>
  formats.map((format) => ({
    ...{ format, content: Buffer.from(format) },
    sha256: createHash('sha256').update(format).digest('hex'),
  }))

describe('A report job', () => {
  it('makes every format, and says how far it is', async () => {
    const { did, outcome } = await run({ source: given, kept: new Set() })
    expect(did).toEqual([20, 40, 60, 80, [given.scan.id, made('json', 'markdown', 'sarif', 'pdf')]])
    expect(outcome).toBeUndefined()
  })

  it('makes nothing twice', async () => {
    const { did } = await run({ source: given, kept: new Set<ReportFormat>(['json', 'markdown', 'sarif']) })
    expect(did).toEqual([20, [given.scan.id, made('pdf')]])
  })

  it('comes again where the scan is not told yet, which is no attempt', async () => {
    expect(await run('wait')).toEqual({ did: [[1_000, null, false]], outcome: { again: 1_000 } })
  })

  it('is skipped where nothing was scanned', async () => {
    expect((await run(null)).did).toEqual(['The default branch was never scanned.'])
  })

  it('ends between two formats once its lease is lost', async () => {
    await expect(run({ source: given, kept: new Set() }, AbortSignal.abort())).rejects.toThrow()
  })
})
