/**
 * A scope of `system_state_hash` that names no directory of the tree: without this, provenance and staleness would rest
 * in silence.
 */
import type { SourceState } from '../../../src/rosie/model.ts'
import { readPolicyFile } from '../../../src/rosie/parse/policy-file.ts'
import { readProjectPolicy } from '../../../src/rosie/parse/project-policy.ts'
import { resolvePolicy } from '../../../src/rosie/resolve-policy.ts'
import { NO_SOURCE } from '../../../src/rosie/state-hash.ts'
import { assessRecord, document, EVIDENCE, found, goodBut, lines, type Signer, signer } from '../../support/record.ts'

const [POLICY, PROJECT] = ['.github/rosie.yml', 'GxP.MD']
const SOURCE: SourceState = { id: 'a'.repeat(64), plain: null, separated: null }

let team: Signer
beforeAll(async () => {
  team = await signer('team')
})

const setting = (scope: string) => lines('comment: always', 'evidence:', '  state_hash:', `    scope: ${scope}`)
const project = (scope: string) => document(['evidence:', '  state_hash:', `    scope: ${scope}`])

interface Told {
  /** The repository's files. */
  policy?: string
  project?: string
  organisation?: string
  /** Those of the base; the same policy holds as without a base. */
  base?: { policy?: string; project?: string }
  evidence?: true
  state?: SourceState | null
}

/** What is found where the policy of these files is in force. */
async function told({ policy, project: own, organisation, base, evidence, state = NO_SOURCE }: Told) {
  const files = (of: Pick<Told, 'policy' | 'project'>) => ({
    ...(of.policy !== undefined && { [POLICY]: of.policy }),
    ...(of.project !== undefined && { [PROJECT]: of.project }),
  })
  const inForce = base ?? { policy, project: own }
  const { stateScope, organisationScope, locked } = resolvePolicy({
    organisation: organisation === undefined ? null : readPolicyFile(organisation),
    repository: inForce.policy === undefined ? null : readPolicyFile(inForce.policy),
    project: inForce.project === undefined ? null : readProjectPolicy(inForce.project),
  })
  const head = goodBut({ ...files({ policy, project: own }), ...(evidence && { [EVIDENCE]: await team.sign() }) })
  const given = {
    policy: { stateScope, organisationScope, locked },
    state,
    keys: [team.key],
    ...(base && { base: goodBut(files(base)) }),
  }
  return found(await assessRecord(head, given), 'policy/invalid').map(
    ({ path, line, severity, message }) => `${path}:${line} ${severity} ${message}`,
  )
}

const NAMES_NOTHING = 'where this tree has no file that counts, so no evidence is compared with the source.'

it('is told at the line that sets it, with the directory that may be meant', async () => {
  expect(await told({ policy: setting('/scr') })).toEqual([
    `${POLICY}:4 error \`evidence.state_hash.scope\` is \`/scr\`, ${NAMES_NOTHING} Did you mean \`/src\`?`,
  ])
  expect(await told({ project: project('lib/engine') })).toEqual([
    `${PROJECT}:4 error \`evidence.state_hash.scope\` is \`/lib/engine\`, ${NAMES_NOTHING} Name the directory of the source, as in \`/src\`.`,
  ])
})

it('proposes directories that are as deep, and no files', async () => {
  const files = goodBut({
    [POLICY]: setting('packages/engin/src'),
    'packages/engine/src/a.ts': '// a',
    'x/lib/a.ts': '// a',
    'lib-b-c/a.ts': '// a',
    'srcs.ts': '// a',
  })
  const at = async (scope: string) =>
    found(
      await assessRecord({ ...files, [POLICY]: setting(scope) }, { policy: { stateScope: scope }, state: NO_SOURCE }),
      'policy/invalid',
    ).map(({ message }) => message.slice(message.indexOf('source. ') + 8))
  expect(await at('packages/engin/src')).toEqual(['Did you mean `/packages/engine/src`?'])
  expect(await at('packages/engin')).toEqual(['Did you mean `/packages/engine`?'])
  expect(await at('x/lob')).toEqual(['Did you mean `/x/lib`?'])
  expect(await at('lib/b/c')).toEqual(['Name the directory of the source, as in `/src`.'])
  expect(await at('srcs.tsx')).toEqual(['Name the directory of the source, as in `/src`.'])
})

it('is told once, of the file that counts', async () => {
  expect(await told({ policy: setting('/scr'), project: project('/sorce') })).toEqual([
    expect.stringContaining(`${POLICY}:4 error`),
  ])
})

it('is not told where files lie in it, nor where that is not known', async () => {
  expect(await told({ policy: setting('/scr'), state: SOURCE })).toEqual([])
  expect(await told({ policy: setting('/scr'), state: null })).toEqual([])
})

it('is not told of the root, nor where nobody has set it', async () => {
  expect(await told({ policy: setting('/') })).toEqual([])
  expect(await told({ evidence: true })).toEqual([])
  expect(await told({ policy: 'comment: always\n', evidence: true })).toEqual([])
})

it('is told of the default only where somebody has set it and evidence claims a state of it', async () => {
  expect(await told({ project: project('/src') })).toEqual([])
  expect(await told({ project: project('/src'), evidence: true })).toEqual([
    expect.stringMatching(/^GxP\.MD:4 error .* is `\/src`, /),
  ])
})

it('is not told of a change that sets another one: only what lies in the one in force is known', async () => {
  expect(await told({ policy: setting('/src'), base: { policy: setting('/scr') } })).toEqual([])
  expect(await told({ base: { policy: setting('/scr') } })).toEqual([])
  expect(await told({ policy: setting('/scr'), base: { policy: setting('/scr') } })).toHaveLength(1)
})

it("is told of the organisation's as a warning, on the repository as a whole", async () => {
  const organisation = setting('/scr')
  expect(await told({ organisation })).toEqual([
    `null:null warning In the policy of the organisation, \`evidence.state_hash.scope\` is \`/scr\`, ${NAMES_NOTHING} Did you mean \`/src\`?`,
  ])
  expect(await told({ organisation, base: {} })).toHaveLength(1)
  expect(await told({ organisation, policy: setting('/src') })).toEqual([])
  const locked = `${organisation}locked: [evidence]\n`
  expect(await told({ organisation: locked, policy: setting('/src') })).toEqual([
    expect.stringContaining('In the policy of the organisation'),
    expect.stringContaining('is locked by the policy of the organisation'),
  ])
  expect(await told({ organisation: setting('/src') })).toEqual([])
  expect(await told({ organisation: setting('/src'), evidence: true })).toEqual([])
  expect(await told({ organisation, policy: setting('/src'), base: {} })).toEqual([])
})

it("is not told as the organisation's where the change has set it, and its base is judged by it too", async () => {
  const base = await assessRecord(goodBut({}), {
    policy: { stateScope: 'scr', organisationScope: false },
    state: NO_SOURCE,
  })
  expect(found(base, 'policy/invalid')).toEqual([])
})
