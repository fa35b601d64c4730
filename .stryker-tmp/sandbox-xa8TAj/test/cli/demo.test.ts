/** `npm run demo -- --repo PATH` on repositories as people have them. Runs the built app. */
// @ts-nocheck

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { commit, initialise, temporaryFolder } from '../local/repository.ts'
import { document, REQUIREMENT, requirement, SPECIFICATION } from '../support/record.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

function demo(path: string): Promise<{ code: number | null; out: string; err: string }> {
  const script = join(import.meta.dirname, '../../demo/run.ts')
  return new Promise((resolve) => {
    const started = execFile(process.execPath, ['--import', 'tsx', script, '--repo', path], (_, out, err) =>
      resolve({ code: started.exitCode, out, err }),
    )
  })
}

describe('The demo', () => {
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
})
