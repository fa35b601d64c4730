import { classify, documentDirectory, hasRecord, packageDirectories, packageOf } from '../../src/rosie/classify.ts'
import type { Language } from '../../src/rosie/languages.ts'

const kindOf = (path: string, ...beside: string[]) => classify([path, ...beside]).get(path)?.kind ?? null
const readerOf = (path: string) => classify([path]).get(path)?.reader ?? null

describe('The kind of a file', () => {
  it.each([
    ['GxP.MD', 'policy', 'project_policy'],
    ['gxp.md', 'policy', 'project_policy'],
    ['.github/rosie.yml', 'policy', 'policy'],
    ['.gxp/system_context.md', 'system_context', 'system_context'],
    ['.gxp/requirements/REQ-001-login.md', 'requirement', 'requirement'],
    ['.gxp/user_stories/US-001-001-login.md', 'user_story', 'user_story'],
    ['.gxp/specs/SPEC-INF-001-database.md', 'specification', 'specification'],
    ['.gxp/requirements/login/REQ-001.md', 'requirement', 'requirement'],
    ['.gxp/risk_assessment.log', 'risk_register', 'risk_register'],
    ['.gxp/adr/ADR-001-postgres.md', 'decision', 'decision'],
    ['.gxp/evidence/EV-1.jws', 'evidence', 'evidence'],
    ['.gxp/evidence/2026/02/EV-1.jws', 'evidence', 'evidence'],
    ['.gxp/evidence/ROT-SPEC-001.md', 'testing_record', 'testing_record'],
    ['.gxp/vendor_assessments/aws.md', 'vendor_assessment', 'vendor_assessment'],
    ['.gxp/keys/team.pem', 'key', 'key'],
    ['.gxp/keys/team.jwks.json', 'key', 'key'],
    ['.gxp/README.md', 'known', null],
    ['.gxp/requirements/README.md', 'known', null],
    ['.gxp/evidence/.gitkeep', 'known', null],
    ['.gxp/traceability-matrix.json', 'known', null],
    ['.gxp/gap-analysis.json', 'known', null],
    ['.gxp/compliance-status.md', 'known', null],
    ['.gxp/notes.txt', 'unknown', null],
    ['.gxp/keys/private.key', 'unknown', null],
    ['.gxp/specs/compliance-status.md', 'specification', 'specification'],
    ['.gxp/reports/gap-analysis.json', 'unknown', null],
    ['.gxp/specs/EV-1.jws', 'unknown', null],
    ['.gxp/notes/ROT-SPEC-001.md', 'unknown', null],
    ['.gxp/notes/ADR-001.md', 'unknown', null],
    ['.gxp/notes/team.pem', 'unknown', null],
    ['src/dose.ts', 'source', 'annotations/typescript'],
    ['src/dose.py', 'source', 'annotations/python'],
    ['test/dose.test.ts', 'test', 'annotations/typescript'],
  ])('%s is %s, read as %s', (path, kind, reader) => {
    expect(classify([path]).get(path)).toEqual({ kind, reader })
  })

  it('is decided by the directory first: evidence named after a specification is evidence', () => {
    expect(kindOf('.gxp/evidence/SPEC-001-001.jws')).toBe('evidence')
    expect(kindOf('.gxp/requirements/SPEC-001.md')).toBe('requirement')
  })

  it('is decided by the name where the directory says nothing', () => {
    expect(kindOf('.gxp/REQ-001-login.md')).toBe('requirement')
  })

  it.each([
    '.gxp/evidence/SPEC-001-001-report.md',
    '.gxp/templates/REQ-template.md',
    '.gxp/old/US-001.md',
    '.gxp/keys/REQ-001.md',
  ])('is not decided by the name in a directory of another purpose: %s', (path) => {
    expect(classify([path]).get(path)).toEqual({ kind: 'unknown', reader: null })
  })

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('is unknown in a directory called %s', (name) => {
    expect(classify([`.gxp/${name}/x.md`]).get(`.gxp/${name}/x.md`)).toEqual({ kind: 'unknown', reader: null })
    expect(kindOf(`src/file.${name}`)).toBeNull()
  })

  it('is none outside the record for what is no source: such files are never fetched', () => {
    for (const path of ['README.md', 'package.json', 'Makefile', 'src/logo.png', '.ts', 'docs/REQ-001.md'])
      expect(kindOf(path)).toBeNull()
  })

  it('is none for a record that is not at the root', () => {
    expect(kindOf('packages/a/.gxp/system_context.md')).toBeNull()
    expect(kindOf('docs/GxP.MD')).toBeNull()
    expect(kindOf('packages/a/.gxp/keys/x.ts')).toBeNull()
  })
})

describe('A source file', () => {
  it.each<[Language, string]>([
    ['typescript', 'ts mts cts'],
    ['javascript', 'tsx js jsx mjs cjs'],
    ['python', 'py pyw'],
    ['java', 'java'],
    ['kotlin', 'kt kts'],
    ['csharp', 'cs'],
    ['go', 'go'],
    ['rust', 'rs'],
    ['ruby', 'rb'],
    ['swift', 'swift'],
    ['c', 'c h cc cpp hpp'],
    ['sql', 'sql'],
    ['shell', 'sh bash'],
    ['terraform', 'tf'],
    ['yaml', 'yaml yml'],
    ['xml', 'xml'],
    ['html', 'html'],
  ])('is read as %s when it ends in %s', (language, endings) => {
    for (const ending of endings.split(' ')) expect(readerOf(`src/a.${ending}`)).toBe(`annotations/${language}`)
    expect(readerOf(`src/a.${endings.toUpperCase().split(' ')[0]}`)).toBe(`annotations/${language}`)
  })

  it.each(
    '.git .gxp node_modules dist build coverage target vendor __pycache__ .venv venv .tox .next .nuxt'.split(' '),
  )('is left out below %s, at the root and deeper', (directory) => {
    expect(kindOf(`packages/a/${directory}/a.ts`)).toBeNull()
    if (directory !== '.gxp') expect(kindOf(`${directory}/a.ts`)).toBeNull()
  })

  it.each([
    ...['a.min.js', 'a.generated.ts', 'schema.gen.ts', 'dose_generated.go', 'zz_generated.deepcopy.go'],
    ...['dose_pb2.py', 'dose_pb2_grpc.py', 'dose.pb.go', 'dose.pb.cc', 'Form.Designer.cs', 'Form.g.cs', 'Form.g.i.cs'],
    ...['pnpm-lock.yaml', 'package-lock.yml'],
  ])('is left out when generated: %s', (name) => {
    expect(kindOf(`src/${name}`)).toBeNull()
  })

  it('is not left out for a name that only resembles', () => {
    for (const path of [
      'src/admin.js',
      'src/builder/a.ts',
      'src/dist.ts',
      'src/generated.ts',
      'src/lock.yaml',
      'src/pb.go',
    ])
      expect(kindOf(path)).toBe('source')
  })
})

describe('A test file', () => {
  it.each('test tests __tests__ spec iq oq pq e2e'.split(' '))('lies below %s, at the root and deeper', (directory) => {
    expect(kindOf(`${directory}/a.ts`)).toBe('test')
    expect(kindOf(`packages/a/${directory}/unit/a.py`)).toBe('test')
  })

  it.each(['a.test.ts', 'a.spec.tsx', 'a.e2e.js', 'a_test.py', 'a_spec.mjs', 'test_a.py'])('is called %s', (name) => {
    expect(kindOf(`src/${name}`)).toBe('test')
  })

  it.each(['latest.ts', 'attest/a.ts', 'contest.py', 'testing/a.ts', 'specs/a.ts', 'a.test.helper.ts', 'my_test_a.py'])(
    'is not %s',
    (name) => {
      expect(kindOf(`src/${name}`)).toBe('source')
    },
  )
})

describe('An evidence package', () => {
  const directory = '.gxp/evidence/packages/OQ-SPEC-001-20260205'

  it.each(['manifest.json', 'signature.jws', 'manifest.jws'])('is a directory with %s', (name) => {
    expect([...packageDirectories([`${directory}/${name}`])]).toEqual([directory])
  })

  it('takes in all files below it, signatures too', () => {
    const beside = `${directory}/manifest.json`
    for (const name of ['signature.jws', 'artifacts/test-results.json', 'README.md', 'extra/ROT-SPEC-001.md'])
      expect(kindOf(`${directory}/${name}`, beside)).toBe('package_file')
  })

  it('lies below the evidence, and nowhere else', () => {
    const elsewhere = ['.gxp/manifests/OQ-1', 'docs/releases/2026/OQ-1', '.gxp/evidence']
    expect([...packageDirectories(elsewhere.map((path) => `${path}/manifest.json`))]).toEqual([])
  })

  it('holds what lies in it, however deep', () => {
    const packages = packageDirectories([`${directory}/manifest.json`])
    expect(packageOf(`${directory}/a/b/c.txt`, packages)).toBe(directory)
    for (const path of [directory, `${directory}.txt`, 'src/a.ts']) expect(packageOf(path, packages)).toBeNull()
    expect(packageOf(`${directory}/manifest.json`, new Set())).toBeNull()
  })

  it('takes in nothing beside it', () => {
    expect(kindOf(`${directory}-2/EV-1.jws`, `${directory}/manifest.json`)).toBe('evidence')
    expect(kindOf('.gxp/evidence/packages/EV-1.jws', `${directory}/manifest.json`)).toBe('evidence')
  })
})

it.each([
  ['.gxp/requirements/REQ-001.md', 'requirement'],
  ['.gxp/user_stories/a/notes.txt', 'user_story'],
  ['.gxp/specs/SPEC-001.md', 'specification'],
  ['.gxp/adr/ADR-001.md', null],
  ['.gxp/specs~', null],
  ['.gxp/specs', null],
  ['docs/specs/SPEC-001.md', null],
  ['docs/requirements/REQ-001.md', null],
])('The directory of %s is that of %s', (path, kind) => {
  expect(documentDirectory(path)).toBe(kind)
})

it('A repository has a record when it has a .gxp directory or a GxP.MD at its root', () => {
  expect(hasRecord([{ path: 'src/a.ts' }, { path: '.gxp/README.md' }])).toBe(true)
  expect(hasRecord([{ path: 'GXP.md' }])).toBe(true)
  expect(
    hasRecord([{ path: 'src/a.ts' }, { path: 'docs/GxP.MD' }, { path: 'a/.gxp/system_context.md' }, { path: '.gxp' }]),
  ).toBe(false)
})
