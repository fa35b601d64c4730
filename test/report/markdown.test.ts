import fc from 'fast-check'
import { code, cut, row, table, text } from '../../src/report/markdown.ts'
import { oneLine } from '../../src/report/plain.ts'
import { hostile, outsideCode } from './sample.ts'

/** Cells of a row as GitHub's parser splits it (any `\|` is escaped), and as micromark does (`\\|` isn't). */
const splitByGitHub = (line: string) => line.split(/(?<!\\)\|/).slice(1, -1)
const splitByMicromark = (line: string) => line.split(/(?<=(?<!\\)(?:\\\\)*)\|/).slice(1, -1)

/** What a reader sees of escaped text: CommonMark §2.4 (backslash escapes) and §2.5 (entities). */
const rendered = (markdown: string) =>
  markdown
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replaceAll('\u2060', '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

describe('text in Markdown', () => {
  it('escapes what Markdown and HTML read as marks', () => {
    expect(text('a_b *c* [d](e) `f` a|b $x$ ~~g~~ \\')).toBe(
      'a\\_b \\*c\\* \\[d\\](e) \\`f\\` a\\|b \\$x\\$ \\~\\~g\\~\\~ \\\\',
    )
    expect(text('<!-- <b> &lt; -->')).toBe('&lt;!-- &lt;b&gt; &amp;lt; --&gt;')
  })

  it.each([
    ['# a', '\\# a'],
    ['- a', '\\- a'],
    ['+ a', '\\+ a'],
    ['=== a', '\\=== a'],
    ['12. a', '12\\. a'],
    ['1) a', '1\\) a'],
    ['> a', '&gt; a'],
    ['a - 1. b', 'a - 1. b'],
  ])('%s begins no block', (source, markdown) => {
    expect(text(source)).toBe(markdown)
  })

  it('never holds a raw angle bracket, a line break or a mention', () => {
    fc.assert(
      fc.property(hostile, (source) => {
        expect(text(source)).not.toMatch(/[<>\n\r]|@[\p{L}\p{N}_-]/u)
      }),
    )
  })

  it('shows all of the text and nothing else', () => {
    fc.assert(fc.property(hostile, (source) => rendered(text(source)) === oneLine(source)))
  })
})

describe('code in Markdown', () => {
  it('has a fence longer than any run of backticks within', () => {
    expect(code('a.ts:3')).toBe('`a.ts:3`')
    expect(code('a`b')).toBe('``a`b``')
    expect(code('`a')).toBe('`` `a ``')
    expect(code('')).toBe('`  `')
  })

  it('with a pipe is an element, with its content escaped', () => {
    expect(code('a|<b>')).toBe('<code>a\\|&lt;b&gt;</code>')
  })

  it('never ends early', () => {
    fc.assert(fc.property(hostile, (source) => outsideCode(`x ${code(source)} y`) === 'x  y'))
  })
})

describe('a table', () => {
  it('has its rule and its columns', () => {
    expect(table({ header: ['Risk', 'Total'], rows: [['HIGH', '3']] })).toBe(
      '| Risk | Total |\n| --- | ---: |\n| HIGH | 3 |',
    )
  })

  it('keeps its number of cells whatever the cells say', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), (cells) => {
        const line = row(cells.flatMap((cell) => [text(cell), code(cell)]))
        expect(line).not.toContain('\n')
        expect(splitByGitHub(line)).toHaveLength(cells.length * 2)
        expect(splitByMicromark(line)).toHaveLength(cells.length * 2)
      }),
    )
  })
})

describe('Markdown that is too long', () => {
  it('is cut between lines and says so', () => {
    expect(cut('one\ntwo', 7)).toBe('one\ntwo')
    expect(cut('one\ntwo\nthree\nfour', 17, 'more')).toBe('one\ntwo\n\nmore')
  })

  it('counts bytes, not characters', () => {
    const markdown = 'ääääääää\nöööööööö'
    expect(cut(markdown, 32, 'more')).toBe('ääääääää\n\nmore')
    expect(Buffer.byteLength(cut(markdown, 32, 'more'))).toBeLessThanOrEqual(32)
  })

  it('closes fences and details that the cut leaves open', () => {
    const markdown = `<details><summary>All</summary>\n\n~~~~\n${'line\n'.repeat(50)}~~~~\n</details>`
    expect(cut(markdown, 66, 'more')).toBe('<details><summary>All</summary>\n\n~~~~\nline\n~~~~\n\n</details>\n\nmore')
  })

  it("doesn't leave the head of a table without its rule", () => {
    expect(cut(`text\n\n| a |\n| --- |\n${'| 1 |\n'.repeat(50)}`, 24, 'more')).toBe('text\n\n\nmore')
  })

  it('never exceeds the limit and never leaves anything open', () => {
    const line = fc.constantFrom(
      'text',
      '```',
      '~~~',
      '<details>',
      '</details>',
      '| a |',
      '| --- |',
      'ä'.repeat(30),
      '',
    )
    fc.assert(
      fc.property(fc.array(line, { minLength: 20, maxLength: 60 }), fc.integer({ min: 30, max: 300 }), (lines, max) => {
        const markdown = lines.join('\n')
        const short = cut(markdown, max, 'more')
        expect(Buffer.byteLength(short)).toBeLessThanOrEqual(max)
        if (short === markdown) return
        expect(short.endsWith('\nmore')).toBe(true)
        // Cut once more after itself, with no room for another line: had something stayed open, that would be closed now.
        const again = cut(`${short}\n${'x\n'.repeat(max)}`, Buffer.byteLength(short) + 7, 'more')
        expect(again).toBe(`${short}\n\nmore`)
      }),
    )
  })
})
