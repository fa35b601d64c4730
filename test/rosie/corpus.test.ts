/**
 * Two commits of a public repository, kept beside the project where there is room for them: what is known to be true of
 * them, and all their findings, one by one. golden/README.md says of each rule why it is right there.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AssessedFinding } from '../../src/rosie/assessment.ts'
import { readKeys } from '../../src/rosie/parse/keys.ts'
import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import { keysOf } from '../../src/rosie/verify.ts'
import { assessRecord, type Files, found, type Given } from '../support/record.ts'

const CORPUS = join(import.meta.dirname, '../../../shared/corpus')
const there = existsSync(CORPUS)
if (!there) console.log('The corpora (../shared/corpus) are not here: what is known of real records is not tested.')

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

type Golden = Pick<AssessedFinding, 'rule' | 'severity' | 'path' | 'line' | 'gxpId' | 'message'>

/** What the command line finds, in its order. */
const golden = (name: string): Record<'withoutKey' | 'withKey', Golden[]> =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'golden', `${name}.json`), 'utf8'))

async function findingsIn(files: Files, given: Given = {}): Promise<Golden[]> {
  const { findings } = await assessRecord(files, { policy: DEFAULT_POLICY, ...given })
  return findings.map(({ rule, severity, path, line, gxpId, message }) => ({
    ...{ rule, severity, path, line, gxpId, message },
  }))
}

;(there ? describe : describe.skip).each(['1e19594', '79f49e0'])('The findings in rosie-middleware at %s', (name) => {
  const files = there ? filesOf(`rosie-middleware-${name}`) : {}

  it('are these without a key', async () => expect(await findingsIn(files)).toEqual(golden(name).withoutKey))
  it('are these with its key', async () => expect(await findingsIn(files, trusted())).toEqual(golden(name).withKey))
})

describe('golden/README.md', () => {
  it('says of each rule that fires why it is right, and of no other', () => {
    const text = readFileSync(join(import.meta.dirname, 'golden/README.md'), 'utf8')
    const said = [...text.matchAll(/^- `([a-z]+\/[a-z-]+)`: \S/gm)].map(([, rule]) => rule)
    const all = ['1e19594', '79f49e0'].map(golden).flatMap(({ withoutKey, withKey }) => [...withoutKey, ...withKey])
    expect(said).toEqual([...new Set(all.map(({ rule }) => rule))].sort())
  })
})

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

  it('claims no hash and names no commit in its evidence, so that nothing is said of its provenance', async () => {
    const { summary } = await assessRecord(files, trusted())
    expect(summary.provenance).toEqual({ verified: 0, contradicted: 0, unavailable: 0 })
    expect(summary.requirements).toEqual({ total: 8, linked: 1, traced: 1, proven: 0 })
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
  })
})
