/** What the audit trail tells of is what its page says, and what the code writes. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ACTIONS } from '../../src/audit/actions.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const text = (path: string) => readFileSync(ROOT + path, 'utf8')

it('docs/audit.md names each action of the audit trail once, and no other', () => {
  const [, part = ''] = text('docs/audit.md').split('\n| action ')
  const [table = ''] = part.split('\n\n', 1)
  const named = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, action]) => action),
  )
  expect(named.sort()).toEqual([...ACTIONS].sort())
})

// That nothing else is written is held by the type of an entry.
it('each action is written somewhere', () => {
  const store = readdirSync(`${ROOT}src/store`, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  const source = store.map((name) => text(`src/store/${name}`)).join('\n')
  expect(ACTIONS.filter((action) => !source.includes(`'${action}'`))).toEqual([])
})
