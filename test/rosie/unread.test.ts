/** What the whole lines of a document say that can't be read: which findings have it as their cause. */
import { read } from '../../src/rosie/parse/index.ts'
import { standingLines } from '../../src/rosie/parse/testing-record.ts'
import { unreadDocument } from '../../src/rosie/parse/unread.ts'
import { lines } from '../support/record.ts'

const parents = (...text: string[]) => unreadDocument(lines(...text)).parents

describe('An unreadable document', () => {
  it.each([
    ['one', ['parent_id: REQ-001']],
    ['one in quotes, with a comment', ['satisfies : "REQ-001" # the limit']],
    ['a list in brackets', ['implements: [REQ-001, REQ-001]']],
    ['a list', ['derives_from:', '- REQ-001', '  - REQ-001']],
    ['a key in quotes', ['"parent_id": REQ-001']],
    ['a key in other quotes', ["'parent_id' : REQ-001"]],
    ['a key that is deeper, as far as one can tell', ['more:', '  parent_id: REQ-001']],
    ['one of a list of fields', ['- parent_id: REQ-001']],
    ['a list after a blank', ['derives_from: ', '- REQ-001']],
    ['Windows line ends', ['satisfies:\r', '  - REQ-001\r']],
  ])('names its parents as %s', (_, text) => {
    expect(parents(...text)).toEqual(['REQ-001'])
  })

  it.each([
    ['another key', ['title: REQ-001']],
    ['a list of another key', ['parent_id:', 'tags:', '  - REQ-001']],
    ['a list under its id', ['gxp_id:', '  - REQ-001']],
    ['a list after something else', ['parent_id:', 'text', '  - REQ-001']],
    ['a list beside a value', ['parent_id: x', '  - REQ-001']],
    ['part of a word', ['parent_id: XREQ-001 REQ-001a EV-REQ-001 REQ-001_ REQ-']],
    ['text', ['See REQ-001.', '- REQ-001']],
    ['a list that no key begins', ['- REQ-001']],
    ['a list after an element with a key of its own', ['parent_id:', '- gxp_risk_rating: REQ-001', '- REQ-001']],
    ['another field of its own', ['so_that: REQ-001 holds']],
    ['a word that ends alike', ['my_parent_id: REQ-001']],
    ['an example in its text', ['```', 'parent_id: REQ-001']],
    ['an example between tildes', ['x', ' ~~~yaml', 'parent_id: REQ-001']],
    ['what follows its front matter', ['---', 'title: a: b', '---', 'parent_id: REQ-001']],
    ['what follows it, closed otherwise', ['---', 'title: a: b', '... ', 'parent_id: REQ-001']],
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

  it('has a field of its own where it has front matter, and in that a field that only artifacts have', () => {
    const own = (...text: string[]) => unreadDocument(lines(...text)).own
    expect(own('---', 'gxp_risk_rating: HIGH')).toBe(true)
    expect(own('', '--- ', 'title: a', '', "  'so_that' : x")).toBe(true)
    expect(own('---', 'title: so_that', 'so that: x', 'gxp_id')).toBe(false)
    expect(own('---', 'title: a', '---', 'so_that: x')).toBe(false)
    expect(own('so_that: x')).toBe(false)
    expect(own('text', '---', 'so_that: x')).toBe(false)
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
    const said = { id: 'SPEC-001', parents: ['REQ-001'], own: false }
    expect(read('specification', Buffer.from(text, 'latin1'), 1024)).toMatchObject({ unread: said })
    expect(read('specification', Buffer.from(`${text}\0`), 1024)).toMatchObject({ unread: said })
    expect(read('specification', null, 1024)).toMatchObject({ unread: { id: null, parents: [], own: false } })
    expect(read('specification', Buffer.from(`---\n${text}---\n`), 1024)).not.toHaveProperty('unread')
    expect(read('decision', Buffer.from([0xff]), 1024)).not.toHaveProperty('unread')
    expect(read('decision', Buffer.from([0xff]), 1024)).not.toHaveProperty('standing')
  })

  it('takes time by its length', () => {
    const began = performance.now()
    for (const piece of ['REQ-', 'REQ-A', '-A', 'parent_id:', ' ', '- ', '{', '"'])
      for (const before of ['parent_id: ', '']) unreadDocument(`${before}${piece.repeat(20_000)}_`)
    expect(performance.now() - began).toBeLessThan(2_000)
  })
})

describe('An unreadable record of testing', () => {
  const said = (...text: string[]) =>
    Object.entries(standingLines(lines(...text))).map(([name, { line, text }]) => `${line} ${name} ${text}`)

  it('stands for what its whole lines say, the first of each', () => {
    const text = [
      '---',
      'tester: A: B',
      "test_date: '2026-02-05' # a day",
      '  "result" : FAIL',
      'result: PASS',
      'tester: C',
    ]
    expect(said(...text)).toEqual(['3 test_date 2026-02-05', '4 result FAIL', '6 tester C'])
    expect(said('spec_id: SPEC-1', 'test_type: ad-hoc', 'summary: x', 'my_tester: y', 'tester')).toEqual([
      '1 spec_id SPEC-1',
      '2 test_type ad-hoc',
    ])
  })

  it('has fields that are indented, with tabs too', () => {
    expect(said('\ttester: A', ' \tresult: PASS\t')).toEqual(['1 tester A', '2 result PASS'])
  })

  it('has whatever stands as its result', () => {
    expect(said('result:  FAIL: overdose ')).toEqual(['1 result FAIL: overdose'])
    expect(standingLines('result:  FAIL: overdose ').result?.value).toBe('FAIL: overdose')
    expect(said('spec_id: SPEC-1: x')).toEqual([])
  })

  it('is looked at as far as front matter goes', () => {
    expect(said('x\n'.repeat(198), 'result: FAIL')).toEqual(['200 result FAIL'])
    expect(said('x\n'.repeat(199), 'result: FAIL')).toEqual([])
    expect(said('x'.repeat(65_000), 'result: FAIL')).toHaveLength(1)
    expect(said('x'.repeat(66_000), 'result: FAIL')).toEqual([])
  })

  it('is looked at in whatever encoding, and not at all where it is too large or can be read', () => {
    const text = '---\nresult: FAIL\nsummary: café\n---\n'
    const standing = { result: { text: 'FAIL', line: 2 } }
    expect(read('testing_record', Buffer.from(text, 'latin1'), 1024)).toMatchObject({ fields: {}, standing })
    expect(read('testing_record', null, 1024)).toMatchObject({ standing: {} })
    expect(read('testing_record', Buffer.from(text), 1024)).not.toHaveProperty('standing')
  })
})
