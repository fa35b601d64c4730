/**
 * An auditor's afternoon with the built app: the report of a repository in every format, whose bytes are kept, summed and
 * signed, what stands behind its rows, and the text of a file of the record.
 */
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { flattenedVerify, type JWK } from 'jose'
import { guard } from '../cli/guard.ts'
import { lacking, readMarkdown } from '../report/compliance/leaves.ts'
import { readPdf } from '../report/compliance/pdf-text.ts'
import type { Repository } from '../support/github/index.ts'
import { evidence, newSigner, RECORD, requirement, specification } from './record.ts'
import { useWorld } from './world.ts'

const PUBLIC_URL = 'https://guard.example'
const checkpointKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const CHECKPOINT_KEY = checkpointKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const signer = newSigner()
const HOSTILE = '<script>alert(1)</script>'

const world = useWorld({ environment: () => ({ PUBLIC_URL, CHECKPOINT_KEY }) })

const before = { ...process.env }
afterEach(() => {
  process.env = { ...before }
})

interface Answer {
  status: number
  headers: Headers
  bytes: Buffer
}

type Ask = (path: string) => Promise<Answer>

const jsonOf = ({ bytes }: Answer) => JSON.parse(bytes.toString())
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

/** Somebody who asks with a new key, made on the command line while the app rests. */
async function whoAsks(...scopes: string[]): Promise<Ask> {
  await world.app.stop()
  Object.assign(process.env, { DATA_DIR: world.app.dataDir, DATABASE_URL: '' })
  const wanted = scopes.flatMap((scope) => ['--scope', scope])
  const { code, out, err } = await guard('api-key', 'create', '--name', 'auditor', ...wanted)
  if (code !== 0) throw new Error(err)
  await world.startApp()
  return async (path) => {
    const headers = { authorization: `Bearer ${out.trim()}` }
    const answer = await fetch(world.app.url + path, { headers })
    return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) }
  }
}

async function recorded(): Promise<Repository> {
  const repository = await world.scanned({
    ...RECORD,
    '.gxp/requirements/REQ-001-rate.md': requirement('REQ-001', '注入速度の上限'),
    '.gxp/requirements/REQ-002-html.md': `${requirement('REQ-002', 'Text')}\n${HOSTILE}\n`,
    '.gxp/keys/qa-2026.pem': signer.pem,
  })
  const signed = { '.gxp/evidence/EV-SPEC-001-001.jws': await evidence(signer, 'SPEC-001-001') }
  await world.pushed(repository, 'main', signed)
  return repository
}

/** The report; where a job makes it, once that has. The branch may have been judged once more meanwhile. */
async function reportAs(ask: Ask, path: string, format: string): Promise<Answer> {
  for (;;) {
    const answer = await ask(`${path}?format=${format}`)
    if (answer.status !== 202) return answer
    const job = answer.headers.get('location') ?? ''
    await world.until(async () => jsonOf(await ask(job)).status === 'completed')
  }
}

describe('The report of a repository', () => {
  it('is had in every format, summed, signed, and the same from then on', async () => {
    const repository = await recorded()
    const ask = await whoAsks('read', 'admin')
    const compliance = `/api/v1/repositories/${repository.id}/compliance`
    const key: JWK = jsonOf(await ask('/api/v1/audit/checkpoint-key'))
    const made = new Map<string, Buffer>()
    for (const format of ['json', 'markdown', 'sarif', 'pdf']) {
      const { status, headers, bytes } = await reportAs(ask, `${compliance}/report`, format)
      expect([format, status]).toEqual([format, 200])
      expect(headers.get('repr-digest')).toBe(`sha-256=:${sha256(bytes).toString('base64')}:`)
      const id = headers.get('x-report-id')
      const { bytes: jws } = await ask(`${compliance}/reports/${id}/signature`)
      const [header = '', between, signature = ''] = jws.toString().split('.')
      expect(between).toBe('')
      const verified = await flattenedVerify({ protected: header, payload: bytes, signature }, key)
      expect(verified.protectedHeader).toMatchObject({ typ: 'rosie-report', b64: false })
      expect((await ask(`${compliance}/report?format=${format}`)).bytes.equals(bytes)).toBe(true)
      made.set(`${compliance}/reports/${id}`, bytes)
    }
    await expectOwnKey(ask)
    expectWhatItSays([...made.values()])

    // Another scan has another report; these stay as they were made, also where they are asked for by name.
    await world.pushed(repository, 'main', { '.gxp/specs/SPEC-009.md': specification('SPEC-009', 'US-404') })
    const next = jsonOf(await reportAs(ask, `${compliance}/report`, 'json'))
    expect(next.findings.map(({ rule }: { rule: string }) => rule)).toContain('trace/broken-reference')
    for (const [address, bytes] of made) expect((await ask(address)).bytes.equals(bytes)).toBe(true)
    const listed = jsonOf(await ask(`${compliance}/reports`)).items as { sha256: string }[]
    const sums = listed.map((report) => report.sha256)
    for (const bytes of made.values()) expect(sums).toContain(sha256(bytes).toString('hex'))
  })

  it('leads to what its rows rest on, and to the text of the record, with a key that may only read', async () => {
    const repository = await recorded()
    const ask = await whoAsks('read')
    const path = `/api/v1/repositories/${repository.id}`
    const answer = await reportAs(ask, `${path}/compliance/report`, 'json')
    expect(answer.status).toBe(200)
    const { regulatoryMap } = jsonOf(answer)
    const hrefs = new Set<string>(
      regulatoryMap.rows.flatMap(({ links }: { links: { href: string }[] }) => links.map(({ href }) => href)),
    )
    expect(hrefs.size).toBeGreaterThan(5)
    for (const href of hrefs) expect([href, (await ask(href)).status]).toEqual([href, 200])

    const [artifact] = jsonOf(await ask(`${path}/artifacts?q=REQ-002`)).items
    const { status, headers, bytes } = await ask(`${path}/artifacts/${artifact.id}/raw`)
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8'])
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(bytes.toString()).toContain(HOSTILE)
  })
})

/** The key that is published is that of the configuration. */
async function expectOwnKey(ask: Ask): Promise<void> {
  const own = createPublicKey(checkpointKey).export({ format: 'jwk' })
  expect(jsonOf(await ask('/api/v1/audit/checkpoint-key'))).toMatchObject({ x: own.x, y: own.y })
}

function expectWhatItSays([json, markdown, sarif, pdf]: Buffer[]): void {
  const report = JSON.parse(String(json))
  expect(report.evidence.files).toEqual([expect.objectContaining({ ref: 'E1', gxpId: 'EV-SPEC-001-001-1' })])
  expect(report.traceability[0].title).toBe('注入速度の上限')
  expect(String(markdown)).toContain(`](<${PUBLIC_URL}/api/v1/repositories/`)
  const { id, commit, completedAt } = report.scan
  for (const exact of [id, commit, completedAt]) expect(String(markdown)).toContain(exact)
  expect(String(markdown)).not.toContain('\u2060')
  expect(JSON.parse(String(sarif)).version).toBe('2.1.0')
  expect(pdf?.subarray(0, 5).toString()).toBe('%PDF-')
  expect(lacking(report, readMarkdown(String(markdown)))).toEqual([])
  const { pages } = readPdf(pdf ?? Buffer.of())
  expect(lacking(report, pages.flat().join(''))).toEqual([])
  // Texts are compressed; what links lead to is not.
  expect(pdf?.toString('latin1')).toContain(`/URI (${PUBLIC_URL}/api/v1/repositories/`)
  expect(pdf?.toString('latin1')).toContain('/D (E1)')
}
