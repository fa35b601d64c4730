import fc from 'fast-check'
import { readProjectPolicy } from '../../src/rosie/parse/project-policy.ts'
import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import { document } from '../support/record.ts'

const read = (...fields: string[]) => readProjectPolicy(document(fields, '# Rules for this project'))
const problemsOf = (...fields: string[]) => read(...fields).problems.map(({ line, message }) => `${line}: ${message}`)

const demands = (coverage: number, tiers: string, signatures: number) => ({
  coverage,
  tiers: tiers.split(' '),
  signatures,
})

describe('GxP.MD', () => {
  it.each([
    ['pharma-standard', 95, 80, 60],
    ['medical-device', 95, 85, 70],
    ['clinical-trial', 90, 80, 65],
    ['laboratory', 90, 80, 65],
  ])('takes the risk matrix of the profile %s', (profile, high, medium, low) => {
    expect(read('regulatory:', `  profile: ${profile}`)).toMatchObject({
      profile,
      settings: {
        riskMatrix: {
          HIGH: demands(high, 'IQ OQ PQ', 1),
          MEDIUM: demands(medium, 'OQ PQ', 1),
          LOW: demands(low, 'OQ', 0),
        },
        riskMatrixFrom: `GxP.MD, profile ${profile}`,
      },
      problems: [],
    })
  })

  it('takes an explicit value before that of the profile', () => {
    const { settings } = read(
      'regulatory: {profile: laboratory}',
      'risk:',
      '  matrix:',
      '    HIGH: {coverage_threshold: 99}',
      '    MEDIUM: {required_tiers: [PQ, IQ]}',
      '    LOW: {signing_required: true}',
    )
    expect(settings.riskMatrix).toEqual({
      HIGH: demands(99, 'IQ OQ PQ', 1),
      MEDIUM: demands(80, 'IQ PQ', 1),
      LOW: demands(65, 'OQ', 1),
    })
    expect(settings.riskMatrixFrom).toBe('GxP.MD, and its profile laboratory for what it leaves out')
  })

  it("takes explicit values before the standard's defaults", () => {
    const { settings } = read('risk: {matrix: {HIGH: {coverage_threshold: 0, signing_required: false}}}')
    expect(settings.riskMatrix).toEqual({
      ...DEFAULT_POLICY.riskMatrix,
      HIGH: demands(0, 'IQ OQ PQ', 0),
    })
    expect(settings.riskMatrixFrom).toBe("GxP.MD, and the standard's defaults for what it leaves out")
  })

  it('says that it gave all values where it did', () => {
    const level = '{coverage_threshold: 100, required_tiers: [OQ], signing_required: true}'
    const { settings } = read(
      'regulatory: {profile: pharma-standard}',
      `risk: {matrix: {HIGH: ${level}, MEDIUM: ${level}, LOW: ${level}}}`,
    )
    expect(settings).toEqual({
      riskMatrix: { HIGH: demands(100, 'OQ', 1), MEDIUM: demands(100, 'OQ', 1), LOW: demands(100, 'OQ', 1) },
      riskMatrixFrom: 'GxP.MD',
    })
  })

  it.each([
    ['artifacts: {traceability_enforcement: warn}', { failOn: 'never' }],
    ['artifacts: {traceability_enforcement: off}', { failOn: 'never' }],
    ['artifacts: {traceability_enforcement: strict}', {}],
    ['agent: {mode: advisory}', { failOn: 'never' }],
    ['agent: {mode: strict}', { allHigh: true }],
    ['agent: {mode: risk_proportionate}', {}],
    ['annotations: {schema_version: "1.0"}', { annotationSchema: 2 }],
    ['annotations: {schema_version: 1.0}', { annotationSchema: 2 }],
    ['annotations: {schema_version: "2.0"}', { annotationSchema: 3 }],
    ['annotations: {schema_version: 2}', { annotationSchema: 3 }],
    ['annotations: {schema_version: " 1.0 "}', { annotationSchema: 2 }],
    ['annotations: {schema_version: }', {}],
    ['evidence: {state_hash: {scope: /packages/engine/src}}', { stateScope: 'packages/engine/src' }],
    ['evidence: {state_hash: {algorithm: SHA-256}}', {}],
    ['regulatory: {profile: custom}', {}],
    ['artifacts: {directory: .gxp}', {}],
    ['artifacts: {directory: ./.gxp/}', {}],
    ['artifacts: {engine: rosie}', {}],
    ['project: {name: Pump}', {}],
    ['whatever: [it, says]', {}],
    ['risk: {overall: HIGH}', {}],
    ['risk:', {}],
  ])('%s', (field, settings) => {
    expect(read(field)).toMatchObject({ problems: [] })
    expect(read(field).settings).toEqual(settings)
  })

  it('knows where it sets the scope', () => {
    const set = read('evidence:', '  state_hash: {scope: /lib}')
    expect(set.scopeAt).toEqual({ line: 3, column: 16 })
    expect(read('evidence: {state_hash: {scope: ../x}}')).not.toHaveProperty('scopeAt')
  })

  it('knows its version as it is written', () => {
    expect(read('gxpmd_version: "3.0.0"').version).toBe('3.0.0')
    expect(read('gxpmd_version: 3.0').version).toBe('3.0')
    expect(read('project: {}').version).toBeNull()
    expect(read('gxpmd_version: ~').version).toBeNull()
  })

  it.each([
    [
      'regulatory: {profile: medical_device}',
      "2: `regulatory.profile` is `medical_device`; it takes `pharma-standard`, `medical-device`, `clinical-trial`, `laboratory` or `custom`. Did you mean `medical-device`? The standard's risk matrix is used instead.",
    ],
    [
      'regulatory: pharma-standard',
      '2: `regulatory` is `pharma-standard`; it takes a mapping of keys to values. Nothing is taken from it.',
    ],
    ['risk: HIGH', '2: `risk` is `HIGH`; it takes a mapping of keys to values. Nothing is taken from it.'],
    [
      'risk: {matrix: {HIGH: {coverage_threshold: 101}}}',
      '2: `risk.matrix.HIGH.coverage_threshold` is 101; it takes at most 100. The default is used instead.',
    ],
    [
      'risk: {matrix: {HIGH: {coverage_threshold: -1}}}',
      '2: `risk.matrix.HIGH.coverage_threshold` is -1; it takes at least 0. The default is used instead.',
    ],
    [
      'risk: {matrix: {LOW: {coverage_threshold: 80%}}}',
      '2: `risk.matrix.LOW.coverage_threshold` is `80%`; it takes a whole number. The default is used instead.',
    ],
    [
      'risk: {matrix: {LOW: {required_tiers: [UQ]}}}',
      '2: Entry 1 of `risk.matrix.LOW.required_tiers` is `UQ`; it takes `IQ`, `OQ` or `PQ`. The default is used instead.',
    ],
    [
      'risk: {matrix: {LOW: {required_tiers: []}}}',
      '2: `risk.matrix.LOW.required_tiers` is empty. The default is used instead.',
    ],
    [
      'risk: {matrix: {LOW: {signing_required: no}}}',
      '2: `risk.matrix.LOW.signing_required` is `no`; it takes `true` or `false`. The default is used instead.',
    ],
    [
      'artifacts: {traceability_enforcement: lax}',
      '2: `artifacts.traceability_enforcement` is `lax`; it takes `strict`, `warn` or `off`. The default is used instead: `strict`.',
    ],
    [
      'agent: {mode: stric}',
      '2: `agent.mode` is `stric`; it takes `strict`, `risk_proportionate` or `advisory`. Did you mean `strict`? The default is used instead: `risk_proportionate`.',
    ],
    [
      'annotations: {schema_version: "3.0"}',
      '2: `annotations.schema_version` is `3.0`; `1.0` and `2.0` are known. Annotations of every generation are taken.',
    ],
    [
      'evidence: {state_hash: {scope: ../src}}',
      '2: `evidence.state_hash.scope` is no directory of the repository; write it as in `/src`. The default is used instead: `/src`.',
    ],
    [
      'evidence: {state_hash: {algorithm: SHA-512}}',
      '2: `evidence.state_hash.algorithm` is `SHA-512`; it takes `SHA-256`. State hashes are computed with SHA-256.',
    ],
    [
      'artifacts: {directory: compliance}',
      '2: `artifacts.directory`, `compliance`, is not where a record is looked for. Only `.gxp` is read.',
    ],
    [
      'gxpmd_version: 4.0.0',
      '2: GxP.MD `4.0.0` is newer than 3.x, the newest that is known here: it is read as if it were that.',
    ],
    ['risk: [', /^3?2?: The YAML is invalid: .*The standard's defaults are used instead\.$/],
  ])('told: %s', (field, problem) => {
    expect(problemsOf(field)).toEqual([typeof problem === 'string' ? problem : expect.stringMatching(problem)])
  })

  it.each([
    [
      'risk: {matrix: {HIHG: {coverage_threshold: 99}}}',
      '`risk.matrix.HIHG` is no risk, so nothing is set by it. Did you mean `HIGH`?',
    ],
    [
      'risk: {matrix: {medium: {coverage_threshold: 99}}}',
      '`risk.matrix.medium` is no risk, so nothing is set by it. Did you mean `MEDIUM`?',
    ],
    ['risk: {matrix: {lwo: {}}}', '`risk.matrix.lwo` is no risk, so nothing is set by it. Did you mean `LOW`?'],
    [
      'risk: {matrix: {CRITICAL: {coverage_threshold: 100}}}',
      '`risk.matrix.CRITICAL` is no risk, so nothing is set by it. There are `HIGH`, `MEDIUM` and `LOW`.',
    ],
    [
      'risk: {matrix: {HIGH: {coverage_treshold: 99}}}',
      '`risk.matrix.HIGH.coverage_treshold` is not read, so nothing is set by it. Did you mean `risk.matrix.HIGH.coverage_threshold`?',
    ],
    [
      'risk: {matrix: {LOW: {Required-Tiers: [OQ]}}}',
      '`risk.matrix.LOW.Required-Tiers` is not read, so nothing is set by it. Did you mean `risk.matrix.LOW.required_tiers`?',
    ],
    [
      'risk: {matrix: {HIGH: {coverage: 95}}}',
      '`risk.matrix.HIGH.coverage` is not read, so nothing is set by it. Did you mean `risk.matrix.HIGH.coverage_threshold`?',
    ],
    [
      'risk: {matrix: {LOW: {Tiers: [OQ]}}}',
      '`risk.matrix.LOW.Tiers` is not read, so nothing is set by it. Did you mean `risk.matrix.LOW.required_tiers`?',
    ],
    [
      'risk: {matrix: {MEDIUM: {threshold: 80}}}',
      '`risk.matrix.MEDIUM.threshold` is not read, so nothing is set by it. Did you mean `risk.matrix.MEDIUM.coverage_threshold`?',
    ],
    [
      'risk: {matrix: {HIGH: {signing: true}}}',
      '`risk.matrix.HIGH.signing` is not read, so nothing is set by it. Did you mean `risk.matrix.HIGH.signing_required`?',
    ],
    [
      'risk: {matix: {HIGH: {coverage_threshold: 99}}}',
      '`risk.matix` is not read, so nothing is set by it. Did you mean `risk.matrix`?',
    ],
  ])('tells that nothing is set by %s', (field, problem) => {
    const { settings, problems } = read('# first', field)
    expect(settings).toEqual({})
    expect(problems.map(({ line, severity, message }) => [line, severity, message])).toEqual([[3, undefined, problem]])
  })

  it('tells it at the line of the key, whatever else is right', () => {
    const { settings, problems } = read(
      'risk:',
      '  matrix:',
      '    LOW: {coverage_threshold: 70}',
      '    MEDUIM:',
      '      x: 1',
    )
    expect(settings.riskMatrix?.LOW.coverage).toBe(70)
    expect(problems).toMatchObject([{ line: 5, column: 5 }])
    expect(read('project: {}', 'annotations: {schema_version: 3}').problems).toMatchObject([{ line: 3, column: 15 }])
    expect(read('project: {}', 'gxpmd_version: 4.0').problems).toMatchObject([{ line: 3, column: 1 }])
  })

  it('tells each of two whose names begin alike, though nobody sees what tells them apart', () => {
    const [one, other] = ['A', 'B'].map((last) => `    ${'x'.repeat(80)}${last}: {}`)
    const { problems } = read('risk:', '  matrix:', one ?? '', other ?? '')
    expect(problems.map(({ line }) => line)).toEqual([4, 5])
    expect(new Set(problems.map(({ message }) => message)).size).toBe(1)
  })

  it.each([
    'risk: {matrix: {HIGH: {human_review: mandatory, approvals: 2, required: always}}}',
    'risk: {coverage: 95, tiers: [OQ]}',
    'risk: {overall: HIGH, method: FMEA, metrics: [a]}',
    'risk: {matrix: {HIGH: {}, MEDIUM: {}, LOW: {}}}',
    'risk: {matrix: {}}',
  ])('leaves to the project what is its own: %s', (field) => {
    expect(read(field)).toMatchObject({ settings: {}, problems: [] })
  })

  it('tells a hundred faults at most', () => {
    const risks = (number: number) => `risk: {matrix: {${Array.from({ length: number }, (_, at) => `R${at}: 1`)}}}`
    expect(problemsOf(risks(100))).toHaveLength(100)
    expect(problemsOf(risks(101))).toHaveLength(100)
  })

  it('tells where it asks for no signed evidence of HIGH, though this holds', () => {
    const unsigned = (risk: string, signed: boolean) =>
      read('risk:', '  matrix:', `    ${risk}:`, `      signing_required: ${signed}`)
    expect(unsigned('HIGH', false).settings.riskMatrix?.HIGH.signatures).toBe(0)
    expect(unsigned('HIGH', false).problems).toEqual([
      {
        ...{ cause: 'policy', line: 5, column: 7, severity: 'warning' },
        message:
          '`risk.matrix.HIGH.signing_required` is `false`: a record of testing is then enough for HIGH, for which the standard asks for signed evidence. This holds; write `true` unless it is meant.',
      },
    ])
    expect(unsigned('HIGH', true).problems).toEqual([])
    expect(unsigned('MEDIUM', false).problems).toEqual([])
  })

  it('keeps what is right beside a fault, and names the profile whose value is used', () => {
    const { settings, problems } = read(
      'regulatory: {profile: medical-device}',
      'risk:',
      '  matrix:',
      '    MEDIUM:',
      '      coverage_threshold: many',
      '      required_tiers: [OQ]',
    )
    expect(problems).toMatchObject([
      { line: 6, message: expect.stringContaining('The value of the profile `medical-device`') },
    ])
    expect(settings.riskMatrix?.MEDIUM).toEqual(demands(85, 'OQ', 1))
  })

  it.each([
    ['a newer version', document(['gxpmd_version: 4.0.0']), 'warning'],
    ['a matrix that lets HIGH be unsigned', document(['risk: {matrix: {HIGH: {signing_required: false}}}']), 'warning'],
    ['a version that is known', document(['gxpmd_version: 3.9.0', 'agent: {mode: lax}']), undefined],
    ['no front matter', '# Rules\n', 'notice'],
    ['front matter that is not closed', '---\nrisk: {}\n', undefined],
    ['front matter that is no mapping', document(['- risk']), undefined],
  ])('is judged by what %s deserves', (_what, text, severity) => {
    const { problems } = readProjectPolicy(text)
    expect(problems.map((problem) => problem.severity)).toEqual([severity])
  })

  it('sets nothing where there is no front matter, and claims nothing where it is empty', () => {
    expect(readProjectPolicy('# Rules\n')).toMatchObject({ settings: {}, problems: [{ line: 1 }] })
    expect(readProjectPolicy(' \n')).toMatchObject({ settings: {}, problems: [] })
  })

  it('is read from any text', () => {
    const words = fc.constantFrom(
      'risk',
      'matrix',
      'HIGH',
      'agent',
      'mode',
      'evidence',
      'state_hash',
      'scope',
      '__proto__',
    )
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        words,
        fc.integer(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 2 }),
        fc.dictionary(words, tie('any'), { maxKeys: 4 }),
      ),
    })).any
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          value.map((any) => document([JSON.stringify(any)])),
        ),
        (text) => {
          for (const { line } of readProjectPolicy(text).problems) expect(line).toBeGreaterThan(0)
        },
      ),
    )
  })
})
