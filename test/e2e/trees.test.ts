import type { Repository } from '../support/github/index.ts'
import { BROKEN, largeRecord, RECORD, requirement, specification } from './record.ts'
import { blobsAsked, purposes, tipOf, useWorld } from './world.ts'

/** What a commit may hold, and how its files are had. */
describe('the files of a commit', () => {
  const world = useWorld()

  it('are walked directory by directory where GitHub cuts the list', async () => {
    const repository = await world.repository({ ...largeRecord(30, 60), ...RECORD, ...BROKEN })
    const { treeEntries } = world.github.limits
    world.github.limits.treeEntries = 40
    const tip = await tipOf(repository)
    const requests = await world.requests(async () => {
      await repository.push('main', tip)
      await world.check(repository, tip)
    })
    world.github.limits.treeEntries = treeEntries
    expect(purposes(requests).filter((purpose) => purpose === 'tree').length).toBeGreaterThan(3)
    const { output, annotations } = await world.check(repository, tip)
    expect(output.summary).toContain('| Requirements | 11 |')
    expect(annotations).toMatchObject([{ title: 'trace/broken-reference' }])
  })

  it('are read as they are, whatever `.gitattributes` makes of them in an archive', async () => {
    const odd = { '.gitattributes': '/.gxp/specs export-ignore\n*.md export-subst\n*.ts text eol=crlf\n' }
    const title = 'Version $Format:%H$'
    const files = { ...largeRecord(300, 500), ...odd, '.gxp/requirements/REQ-0001.md': requirement('REQ-0001', title) }
    const repository = await world.repository(files)
    const tip = await tipOf(repository)
    const requests = await world.requests(async () => {
      await repository.push('main', tip)
      await world.check(repository, tip)
    })
    expect(purposes(requests)).toContain('archive')
    // The hundred specifications that the archive left out, and what it changed.
    expect(blobsAsked(requests)).toBeGreaterThan(100)
    const { conclusion, output } = await world.check(repository, tip)
    expect(conclusion).toBe('success')
    expect(output.summary).toContain('| Specifications | 100 |')
  })

  it('may be links and submodules, which are never followed', async () => {
    const repository = await world.repository({
      ...RECORD,
      '.gxp/requirements/REQ-777.md': { symlink: 'REQ-001-rate.md' },
      '.gxp/specs/SPEC-777.md': { symlink: '/etc/passwd' },
      '.gxp/user_stories/elsewhere': { symlink: '../requirements' },
    })
    const sha = await withSubmodule(repository)
    await repository.push('main', sha)
    const { conclusion, output } = await world.check(repository, sha)
    expect(conclusion).toBe('success')
    expect(output.summary).toContain('| Requirements | 1 |')
  })

  it('may be binary, invalid or too large to be read, and are named', async () => {
    const repository = await world.scanned(RECORD)
    const large = Buffer.alloc(1024 * 1024 + 1, 'a')
    const requests = await world.requests(() =>
      world.pushed(repository, 'main', {
        '.gxp/specs/SPEC-001-002-binary.md': Buffer.concat([
          Buffer.from('---\ngxp_id: SPEC-001-002\n---\n'),
          Buffer.from([0xff, 0xfe, 0]),
        ]),
        '.gxp/specs/SPEC-001-003-large.md': large,
        'src/large.ts': large,
        'src/picture.ts': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff]),
      }),
    )
    const { annotations } = await world.check(repository, await tipOf(repository))
    const told = annotations.map(({ title, path }) => `${title} ${path}`)
    expect(told).toContain('artifact/encoding .gxp/specs/SPEC-001-002-binary.md')
    expect(told).toContain('artifact/too-large .gxp/specs/SPEC-001-003-large.md')
    expect(told).toContain('artifact/too-large src/large.ts')
    // Text can't carry the binary ones; the large ones are not asked for at all.
    expect(purposes(requests).filter((purpose) => purpose === 'blob')).toHaveLength(2)
  })

  it('of half a megabyte and more come one by one, whole', async () => {
    const repository = await world.scanned(RECORD)
    const long = `${specification('SPEC-001-002', 'US-001-404')}\n${'word '.repeat(120_000)}\n`
    const check = await world.pushed(repository, 'main', { '.gxp/specs/SPEC-001-002-long.md': long })
    expect(check.annotations).toEqual(
      expect.arrayContaining([expect.objectContaining({ title: 'trace/broken-reference', start_line: 4 })]),
    )
  })

  it('may be none: a repository without commits is left alone', async () => {
    const repository = await world.repository({})
    const sha = await repository.push('main', RECORD)
    expect(await world.check(repository, sha)).toMatchObject({ conclusion: 'success' })
  })

  describe('without a record', () => {
    const NOTHING = Object.fromEntries(Object.keys(RECORD).map((path) => [path, null]))

    it('make a neutral check', async () => {
      const repository = await world.repository({ 'src/a.ts': '// @gxp-spec SPEC-404\n' })
      const check = await world.pushed(repository, 'main', { 'README.md': '# Plain\n' })
      expect(check).toMatchObject({ conclusion: 'neutral', annotations: [] })
      expect(check.output.title).toBe('No GxP record')
    })

    it('make it fail where the default branch has one: deleting the record is no way out', async () => {
      const repository = await world.scanned(RECORD)
      await repository.commit('change', NOTHING)
      const pull = await repository.openPull({ head: 'change' })
      expect(await world.check(repository, pull.head.sha)).toMatchObject({ conclusion: 'failure' })
      expect((await world.comment(pull)).body).toContain('ROSIE compliance: failure')
    })

    it('make it fail on the default branch too, when they are pushed there', async () => {
      const repository = await world.scanned(RECORD)
      expect(await world.pushed(repository, 'main', NOTHING)).toMatchObject({ conclusion: 'failure' })
    })

    it('are nothing to complain of on a branch with a history of its own, such as one for web pages', async () => {
      const repository = await world.scanned(RECORD)
      const check = await world.pushed(repository, 'pages', { 'index.html': '<p>\n' }, { parent: null })
      expect(check).toMatchObject({ conclusion: 'success', annotations: [] })
      expect(check.output.summary).toContain('No common history with main')
    })
  })
})

/** The tip of the default branch with a submodule beside the rest. */
async function withSubmodule({ git, ...repository }: Repository): Promise<string> {
  const tip = await git.commitOf(repository.defaultBranch)
  if (tip === null) throw new Error('no commit')
  const entries = await git.text('ls-tree', tip)
  const tree = await git.run(['mktree', '--missing'], `${entries}\n160000 commit ${'d'.repeat(40)}\tvendored\n`)
  return git.text('commit-tree', tree.toString().trim(), '-p', tip, '-m', 'Add a submodule')
}
