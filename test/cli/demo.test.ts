/** `npm run demo` as it is bundled, and with `--repo PATH` on repositories as people have them. Runs the built app. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commit, initialise, temporaryFolder } from '../local/repository.ts'
import { document, REQUIREMENT, requirement, SPECIFICATION } from '../support/record.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

const ROOT = join(import.meta.dirname, '../..')

const demo = (path?: string) => demoWith(path ? ['--repo', path] : [])

function demoWith(options: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const args = ['--import', 'tsx', join(ROOT, 'demo/run.ts'), ...options]
  return new Promise((resolve) => {
    const started = execFile(process.execPath, args, (_, out, err) => resolve({ code: started.exitCode, out, err }))
  })
}

/** What differs from run to run: the commit's id and the seconds. */
const anyRun = (text: string) => text.replace(/base `[0-9a-f]{7}`/g, 'base').replace(/[0-9.]+ s from/g, 'from')

describe('The demo', () => {
  it('finds nothing in its sample, then the one broken reference as the README shows it, then nothing again', async () => {
    const { code, out, err } = await demo()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const [, first = '', broken = '', mended = ''] = out.split(/^[123]\. A /m)
    for (const step of [first, mended]) expect(step).toContain('│ success  No findings: 3 requirements, 3 traced')
    const shown = /```\n(┌ Check run[\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1] ?? ''
    const lines = shown.split('\n').filter((line) => !line.endsWith('…'))
    expect(lines.length).toBeGreaterThan(10)
    const printed = anyRun(broken).split('\n')
    for (const line of lines) expect(printed.map((each) => each.trimEnd())).toContain(anyRun(line))
  }, 90_000)

  it('adds a small record where a repository has none', async () => {
    initialise(folder.path)
    commit(folder.path, { 'README.md': '# Pump\n' })
    const { code, out, err } = await demo(folder.path)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('neutral  No GxP record')
    expect(out).toContain('There is no record in .gxp/ yet')
    expect(out).toMatch(/US-DEMO names REQ-DEMO9 as its [\s\S]*3\. A push [\s\S]*│ success/)
  }, 90_000)

  it('breaks an item of a list where no document has a `parent_id`', async () => {
    initialise(folder.path)
    const specification = document(['gxp_id: SPEC-001-001', 'title: Limit', 'satisfies:', '  - REQ-001'])
    commit(folder.path, { [REQUIREMENT]: requirement('REQ-001'), [SPECIFICATION]: specification })
    const { code, out, err } = await demo(folder.path)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain(`names REQ-0019 as its \\\`satisfies\\\``)
    expect(out.split('3. A push ')[1]).not.toContain('REQ-0019 as')
  }, 90_000)

  it('says on one line that there is no such folder, or no such option', async () => {
    const nowhere = join(folder.path, 'nowhere')
    expect(await demo(nowhere)).toEqual({
      ...{ code: 1, out: '' },
      err: `\nThe demo failed: there is no folder ${nowhere}. --repo takes a local git repository.\n\n`,
    })
    const options = ' There is --repo PATH, --stay and --help.\n'
    for (const [option, said] of [
      [['--sta'], "Unknown option '--sta'."],
      [['--repo', '--stay'], "Option '--repo' argument is ambiguous."],
    ] as const) {
      expect(await demoWith([...option])).toEqual({ code: 2, out: '', err: `${said}${options}` })
    }
  })
})
