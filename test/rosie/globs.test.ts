import fc from 'fast-check'
import { matches } from '../../src/rosie/globs.ts'

describe('A glob', () => {
  it.each([
    ['src/dose.ts', 'src/dose.ts'],
    ['src/*.ts', 'src/dose.ts'],
    ['src/*', 'src/.hidden'],
    ['src/d?se.ts', 'src/dose.ts'],
    ['src/d?se.ts', 'src/d😀se.ts'],
    ['*', 'dose.ts'],
    ['**', 'dose.ts'],
    ['**', 'a/b/c.ts'],
    ['**/dose.ts', 'dose.ts'],
    ['**/dose.ts', 'a/b/dose.ts'],
    ['src/**', 'src/dose.ts'],
    ['src/**', 'src/a/b.ts'],
    ['src/', 'src/a/b.ts'],
    ['src/**/test/*.ts', 'src/test/a.ts'],
    ['src/**/test/*.ts', 'src/a/test/b/test/c.ts'],
    ['**/a/**/b', 'a/a/x/b/b'],
    ['*.test.*', 'dose.test.test.ts'],
    ['a*b*c', 'aXbXbXc'],
    ['src/{dose,limit}.{ts,js}', 'src/limit.js'],
    ['{src,lib}/**', 'lib/a.ts'],
    ['src/{dose,}.ts', 'src/.ts'],
    ['app/[id]/page.ts', 'app/[id]/page.ts'],
    ['src/{dose.ts', 'src/{dose.ts'],
    ['./src/dose.ts', 'src/dose.ts'],
    ['/src/dose.ts', 'src/dose.ts'],
    ['a.b', 'a.b'],
  ])('%s matches %s', (glob, path) => {
    expect(matches([glob], path)).toBe(true)
  })

  it.each([
    ['src/*.ts', 'src/a/dose.ts'],
    ['*.ts', 'src/dose.ts'],
    ['*', 'src/dose.ts'],
    ['src/d?se.ts', 'src/dse.ts'],
    ['src/d?se.ts', 'src/d/se.ts'],
    ['src/**', 'src2/dose.ts'],
    ['src/', 'src'],
    ['src/**', 'src'],
    ['src', 'src/dose.ts'],
    ['**/dose.ts', 'overdose.ts'],
    ['src/**/test/*.ts', 'src/a/test/b/c.ts'],
    ['a*b*c', 'aXcXb'],
    ['a.b', 'axb'],
    ['Src/*', 'src/dose.ts'],
    ['app/[id]/page.ts', 'app/i/page.ts'],
    ['src/{dose,limit}.ts', 'src/other.ts'],
    ['!src/**', 'src/dose.ts'],
    ['src/a**b', 'src/a/b'],
    ['', 'a'],
  ])('%s does not match %s', (glob, path) => {
    expect(matches([glob], path)).toBe(false)
  })
})

describe('A list of globs', () => {
  it('matches what one of them does', () => {
    expect(matches(['lib/**', 'src/**'], 'src/dose.ts')).toBe(true)
  })

  it('matches nothing when it is empty', () => {
    expect(matches([], 'src/dose.ts')).toBe(false)
  })

  it('is asked again for another path', () => {
    const globs = ['src/*']
    expect(['src/a', 'lib/a', 'src/b'].map((path) => matches(globs, path))).toEqual([true, false, true])
  })

  it('takes braces literally that would multiply beyond reason', () => {
    const bomb = '{a,b}'.repeat(20)
    expect(matches([bomb], 'a'.repeat(20))).toBe(false)
    expect(matches([bomb], bomb)).toBe(true)
    expect(matches(['{a,b}'.repeat(6)], 'ababab')).toBe(true)
    expect(matches(['{a,b}'.repeat(7)], 'abababa')).toBe(false)
  })
})

it('No glob takes long over any path', () => {
  const hostile = `${'*a'.repeat(100)}b`
  expect(matches([hostile], 'a'.repeat(20_000))).toBe(false)
  expect(matches([`${'**/a/'.repeat(40)}b`], 'a/'.repeat(5_000))).toBe(false)
}, 5_000)

it('A glob matches as the regular expression that says the same would', () => {
  const piece = fc.constantFrom('a', 'b', '*', '?', '/', '**/')
  const path = fc.array(fc.constantFrom('a', 'b', '/'), { minLength: 1, maxLength: 8 }).map((signs) => signs.join(''))
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), path, (pieces, text) => {
      const glob = pieces.join('')
      // Only whole segments are `**`, and these forms are other ways to write a directory.
      fc.pre(!/[^/]\*\*|\*\*(?!\/)|\/\/|^\/|\/$/.test(glob) && !/\/\/|^\/|\/$/.test(text))
      const source = glob.replace(
        /\*\*\/|\*|\?/g,
        (part) => ({ '**/': '(?:[^/]+/)*', '*': '[^/]*', '?': '[^/]' })[part] ?? '',
      )
      expect(matches([glob], text)).toBe(new RegExp(`^${source}$`).test(text))
    }),
    { numRuns: 2_000 },
  )
})
