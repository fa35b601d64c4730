/** What the whole lines of a document say that can't be read: which findings have it as their cause. */
import { read } from '../../src/rosie/parse/index.ts'
import { unreadDocument } from '../../src/rosie/parse/unread.ts'
import { lines } from '../support/record.ts'

const parents = (...text: string[]) => unreadDocument(lines(...text)).parents

describe('An unreadable document', () => {
  it.each([
    ['one', ['parent_id: REQ-001']],
    ['one in quotes, with a comment', ['satisfies : "REQ-001" # the limit']],
    ['a list in brackets', ['implements: [REQ-001, REQ-001]']],
    ['a list', ['derives_from:', '- REQ-001', '  - REQ-001']],
    ['Windows line ends', ['satisfies:\r', '  - REQ-001\r']],
  ])('names its parents as %s', (_, text) => {
    expect(parents(...text)).toEqual(['REQ-001'])
  })

  it.each([
    ['another key', ['title: REQ-001']],
    ['a key that is deeper', ['more:', '  parent_id: REQ-001']],
    ['a list of another key', ['parent_id:', 'tags:', '  - REQ-001']],
    ['a list under its id', ['gxp_id:', '  - REQ-001']],
    ['a list after something else', ['parent_id:', 'text', '  - REQ-001']],
    ['a list beside a value', ['parent_id: x', '  - REQ-001']],
    ['part of a word', ['parent_id: XREQ-001 REQ-001a EV-REQ-001 REQ-001_ REQ-']],
    ['text', ['See REQ-001.', '- REQ-001']],
  ])('names none in %s', (_, text) => {
    expect(parents(...text)).toEqual([])
  })

  it('has the first id that it gives itself, or whatever it gives in its place', () => {
    const id = (...text: string[]) => unreadDocument(lines(...text)).id
    expect(id('gxp_id: "SPEC-001" # x', 'gxp_id: SPEC-002')).toBe('SPEC-001')
    expect(id('gxp_id:  spec 1 ')).toBe('spec 1')
    expect(id(`gxp_id: ${'x'.repeat(1_000)}`)).toHaveLength(100)
    expect(id('title: SPEC-001')).toBeNull()
  })

  it('is looked at as far as front matter goes', () => {
    const following = (text: string) => unreadDocument(`${text}parent_id: REQ-001\n`).parents
    expect(following('x\n'.repeat(199))).toEqual(['REQ-001'])
    expect(following('x\n'.repeat(200))).toEqual([])
    expect(following(`${'x'.repeat(60_000)}\n`)).toEqual(['REQ-001'])
    expect(following(`${'x'.repeat(70_000)}\n`)).toEqual([])
    const many = Array.from({ length: 60 }, (_, n) => `REQ-${n}`)
    expect(parents(`satisfies: [${many.join(', ')}]`)).toEqual(many.slice(0, 50))
  })

  it('is looked at in whatever encoding, and not at all where it is too large or can be read', () => {
    const text = 'gxp_id: SPEC-001\ntitle: café\nparent_id: REQ-001\n'
    const said = { id: 'SPEC-001', parents: ['REQ-001'] }
    expect(read('specification', Buffer.from(text, 'latin1'), 1024)).toMatchObject({ unread: said })
    expect(read('specification', Buffer.from(`${text}\0`), 1024)).toMatchObject({ unread: said })
    expect(read('specification', null, 1024)).toMatchObject({ unread: { id: null, parents: [] } })
    expect(read('specification', Buffer.from(`---\n${text}---\n`), 1024)).not.toHaveProperty('unread')
    expect(read('decision', Buffer.from([0xff]), 1024)).not.toHaveProperty('unread')
  })

  it('takes time by its length', () => {
    const began = performance.now()
    for (const piece of ['REQ-', 'REQ-A', '-A', 'parent_id:', ' ', '- '])
      unreadDocument(`parent_id: ${piece.repeat(20_000)}_`)
    expect(performance.now() - began).toBeLessThan(2_000)
  })
})
