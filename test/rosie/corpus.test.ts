/** The known truth about two commits of a public repository, kept beside the project where there is room for them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readKeys } from '../../src/rosie/parse/keys.ts'
import { keysOf } from '../../src/rosie/verify.ts'
import { assessRecord, briefly, type Files, found } from '../support/record.ts'

const CORPUS = join(import.meta.dirname, '../../../shared/corpus')
const there = existsSync(CORPUS)
if (!there) console.log('The corpora are not here: their tests are skipped.')

function filesOf(name: string): Files {
  const root = join(CORPUS, name)
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name))
  return Object.fromEntries(
    paths.map((path) => [path.slice(root.length + 1).replaceAll('\\', '/'), readFileSync(path)]),
  )
}

const trusted = () => {
  const path = join(CORPUS, 'rosie-middleware-evidence-key.pem')
  return { keys: keysOf(path, readKeys(readFileSync(path, 'utf8'))) }
}

const UNCOVERED = 'trace/uncovered-requirement'

;(there ? describe : describe.skip)('rosie-middleware at 79f49e0', () => {
  const files = there ? filesOf('rosie-middleware-79f49e0') : {}

  it('has 8 requirements, 18 stories, 18 specifications, and 58 evidence files that verify', async () => {
    const { summary } = await assessRecord(files, trusted())
    expect(summary.artifacts).toMatchObject({ requirement: 8, user_story: 18, specification: 18 })
    expect(summary.evidence).toEqual({ total: 58, valid: 58, invalid: 0, untrusted: 0 })
  })

  it('has 58 untrusted evidence files without the key, and none is shown as valid', async () => {
    const { summary } = await assessRecord(files)
    expect(summary.evidence).toEqual({ total: 58, valid: 0, invalid: 0, untrusted: 58 })
    expect(summary.requirements).toMatchObject({ traced: 0, proven: 0 })
  })

  it('has exactly one invalid evidence file when one byte of its payload changed', async () => {
    const paths = Object.keys(files).filter((path) => path.endsWith('.jws'))
    for (const path of [paths[0], paths[31], paths[57]] as string[]) {
      const bytes = Buffer.from(files[path] ?? '')
      const at = bytes.indexOf('.') + 40
      bytes[at] = bytes[at] === 0x41 ? 0x42 : 0x41 // A or B: still base64url
      const assessment = await assessRecord({ ...files, [path]: bytes }, trusted())
      expect(assessment.summary.evidence).toEqual({ total: 58, valid: 57, invalid: 1, untrusted: 0 })
      expect(
        found(assessment).filter(({ rule }) => /^evidence\/(malformed|invalid-signature)$/.test(rule)),
      ).toMatchObject([{ path }])
    }
  })

  it('has these findings, each of them true of these files', async () => {
    // Its sources are not here, so that of all requirements only one is reached, by evidence for SPEC-006-001-001.
    const uncovered = { HIGH: ['002', '003', '004', '005'], MEDIUM: ['001', '007'], LOW: ['008'] }
    const assessment = await assessRecord(files, trusted())
    expect(found(assessment, UNCOVERED).map(({ gxpId, severity }) => `${gxpId} ${severity}`)).toEqual([
      ...uncovered.HIGH.map((id) => `REQ-${id} error`),
      ...uncovered.MEDIUM.map((id) => `REQ-${id} warning`),
      ...uncovered.LOW.map((id) => `REQ-${id} notice`),
    ])
    expect(briefly({ findings: found(assessment).filter(({ rule }) => rule !== UNCOVERED) })).toEqual([
      '.gxp/evidence/EV-SPEC-001-003-001.jws:1 warning evidence/unknown-spec',
      '.gxp/specs/SPEC-001-001-repository-service.md:11 warning trace/missing-file',
      '.gxp/specs/SPEC-006-001-scan-orchestration.md:2 warning evidence/missing',
      '.gxp/system_context.md:1 warning risk/log-missing',
      '.gxp/evidence/EV-SPEC-001-003-001.jws:1 notice evidence/missing-claim',
      '.gxp/requirements/REQ-001-repository-management.md:16 notice context/legacy-status',
      '.gxp/specs/SPEC-006-001-001-scanner-pipeline-integration-tests.md:4 notice trace/wrong-type',
      '.gxp/system_context.md:6 notice context/legacy-status',
    ])
  })

  it('has a broken reference when a requirement is taken away, on each story that names it', async () => {
    const { '.gxp/requirements/REQ-007-rest-api.md': _, ...rest } = files
    const broken = found(await assessRecord(rest, trusted()), 'trace/broken-reference')
    expect(broken.map(({ path, line }) => [path?.startsWith('.gxp/user_stories/US-007'), line])).toEqual([
      [true, 4],
      [true, 4],
    ])
  })
})

;(there ? describe : describe.skip)('rosie-middleware at 1e19594', () => {
  it('has 8 requirements, 18 stories, 17 specifications, no evidence, and no broken reference', async () => {
    const assessment = await assessRecord(filesOf('rosie-middleware-1e19594'), trusted())
    expect(assessment.summary).toMatchObject({
      artifacts: { requirement: 8, user_story: 18, specification: 17 },
      evidence: { total: 0, valid: 0, invalid: 0, untrusted: 0 },
      requirements: { total: 8, linked: 0, traced: 0, proven: 0 },
    })
    expect(found(assessment, UNCOVERED)).toHaveLength(8)
    expect(briefly({ findings: found(assessment).filter(({ rule }) => rule !== UNCOVERED) })).toEqual([
      '.gxp/specs/SPEC-001-001-repository-service.md:11 warning trace/missing-file',
      '.gxp/system_context.md:1 warning risk/log-missing',
      '.gxp/requirements/REQ-001-repository-management.md:16 notice context/legacy-status',
      '.gxp/system_context.md:6 notice context/legacy-status',
    ])
  })
})
