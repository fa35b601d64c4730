// @ts-nocheck
import fc from 'fast-check'
import { defuse, oneLine, shorten, shortenBytes, visible } from '../../src/report/plain.ts'
import { hostile } from './sample.ts'

const JOINER = '\u2060'
const LONE_SURROGATE = /\p{Cs}/u

describe('text from a repository, made visible', () => {
  it('spells out what would act on the display', () => {
    expect(visible('a\u202eb\u001b[31mc\0\u200bd\ud800')).toBe('a\\u{202E}b\\u{1B}[31mc\\u{0}\\u{200B}d\\u{D800}')
  })

  it('keeps line feeds, tabs, emoji with joiners and scripts of every direction', () => {
    const text = 'one\n\ttwo 👩‍🔬 نص می‌خواهم é'
    expect(visible(text)).toBe(text)
    expect(visible('one\r\ntwo')).toBe('one\ntwo')
  })

  it('is one line without control characters, whatever it was', () => {
    expect(oneLine('  a\n\n b\tc\u2028d ')).toBe('a b c d')
    fc.assert(
      fc.property(hostile, (text) => !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u.test(oneLine(text))),
    )
  })

  it('is cut with an ellipsis, never within a character', () => {
    expect(shorten('abcdef', 6)).toBe('abcdef')
    expect(shorten('abcdefg', 6)).toBe('abcde…')
    expect(shorten('abc😀def', 5)).toBe('abc…')
    expect(shortenBytes('äöü', 6)).toBe('äöü')
    expect(shortenBytes('äöüß', 7)).toBe('äö…')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 4, max: 40 }), (text, max) => {
        expect(oneLine(text, max).length).toBeLessThanOrEqual(max)
        expect(oneLine(text, max)).not.toMatch(LONE_SURROGATE)
        expect(Buffer.byteLength(shortenBytes(text, max))).toBeLessThanOrEqual(max)
        expect(shortenBytes(text, max)).not.toContain('\ufffd')
      }),
    )
  })
})

describe('text from a repository, defused', () => {
  it.each([
    ['@octocat', `@${JOINER}octocat`],
    ['@org/team', `@${JOINER}org/team`],
    ['me@example.org', `me@${JOINER}example.org`],
    ['#12', `#${JOINER}12`],
    ['acme/lab#12', `acme/lab#${JOINER}12`],
    ['GH-12', `GH-${JOINER}12`],
    ['https://example.org', `https:${JOINER}//example.org`],
    ['www.example.org', `www${JOINER}.example.org`],
    ['0123456', `012345${JOINER}6`],
    [':tada:', `:${JOINER}tada:`],
  ])('%s mentions, refers and links to nothing', (text, defused) => {
    expect(defuse(text)).toBe(defused)
  })

  it.each(['REQ-001', 'SPEC-001-003-INT-001', 'C# and #tags', 'ns::name', '012345'])('%s stays as it is', (text) => {
    expect(defuse(text)).toBe(text)
  })

  it('reads the same', () => {
    fc.assert(fc.property(hostile, (text) => defuse(visible(text)).replaceAll(JOINER, '') === visible(text)))
  })
})
