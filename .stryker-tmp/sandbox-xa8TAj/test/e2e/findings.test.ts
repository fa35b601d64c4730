// @ts-nocheck
import { BROKEN, MENDED, PARENT_LINE, RECORD, SPECIFICATION } from './record.ts'
import { useWorld } from './world.ts'

/** A finding stands on the line that causes it. */
describe('what a developer sees', () => {
  const world = useWorld()

  it('is a success without annotations for a whole record', async () => {
    const repository = await world.repository(RECORD)
    const check = await world.pushed(repository, 'main', { 'README.md': '# Infusion lab\n' })
    expect(check).toMatchObject({ name: 'ROSIE compliance', conclusion: 'success', annotations: [] })
  })

  it('is a broken `parent_id` annotated on its line', async () => {
    const repository = await world.scanned(RECORD)
    const check = await world.pushed(repository, 'main', BROKEN)
    expect(check.conclusion).toBe('failure')
    expect(check.annotations).toEqual([
      expect.objectContaining({
        path: SPECIFICATION,
        start_line: PARENT_LINE,
        end_line: PARENT_LINE,
        annotation_level: 'failure',
        title: 'trace/broken-reference',
        message: expect.stringContaining('US-001-009'),
      }),
    ])
    expect((await world.pushed(repository, 'main', MENDED)).conclusion).toBe('success')
  })
})
