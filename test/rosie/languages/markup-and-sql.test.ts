import { commentsIn, expectText } from './reading.ts'

describe('SQL', () => {
  const sql = commentsIn('sql')

  it('has line and block comments', () => {
    expect(sql('-- one', '---- two', '/* three', ' * four */', 'select 1 -- five', '--six')).toEqual([
      ...['one', 'two', 'three', 'four', 'five', 'six'],
    ])
  })

  it.each([
    ['a string', "'-- no /* no */'"],
    ['a doubled quote', "'it''s -- no'"],
    ['a string that ends with a backslash', "'C:\\'"],
    ['a backslash before a word', "'it\\'s -- no'"],
    ['backslashes in one string', "'say \\'hi\\' -- no \\''"],
    ['an even number of backslashes', "'a\\\\'"],
    ['a string with escapes', "E'-- no \\' -- no'"],
    ['a name in quotes', '"a "" -- no"'],
    ['a name in backticks', '`a `` -- no`'],
    ['a body in dollars', "$$ it's -- no $$"],
    ['a body with a tag', '$body$ $$ -- no $x$ $body$'],
    ['a parameter', '$1'],
    ['a name with a dollar', 'a$b'],
    ['a string of Oracle', "q'[it's -- no]'"],
    ['a string of Oracle with a mark of its own', "nq'!it's -- no!'"],
    ['a string of several lines', "'\n-- no\n'"],
    ['a subtraction', 'a - b'],
    ['a division', 'a / b'],
  ])('has no comments in %s', (_, code) => {
    expectText('sql', code, ['--', ''])
  })

  it('takes a name that ends in e or q for no prefix', () => {
    expect(sql("type'C:\\' -- yes", "seq'(' -- yes", "q' -- no'")).toEqual(['yes', 'yes'])
  })
})

describe('XML', () => {
  const xml = commentsIn('xml')

  it('has comments between <!-- and -->', () => {
    expect(xml('<!-- one -->', '<a><!-- two', '  three -- four --></a>', '<!--five-->')).toEqual([
      ...['one', 'two', 'three -- four', 'five'],
    ])
    expect(xml('<!-- not closed', 'but read')).toEqual(['not closed', 'but read'])
  })

  it.each([
    ['an attribute', '<a b="<!-- no -->">'],
    ['an attribute in single quotes', "<a b = '<!-- no -->' />"],
    ['CDATA', '<![CDATA[ <!-- no --> ]]>'],
    ['an instruction', '<?php echo "<!-- no -->" ?>'],
    ['text', 'a < b && c > d // no # no'],
    ['text with an apostrophe', "<p>don't</p>"],
  ])('has none in %s', (_, code) => {
    expect(xml(`${code} <!-- yes -->`, `<p>${code}</p>`, '<!-- here -->')).toEqual(['yes', 'here'])
  })

  it('has them in elements of any name, script too', () => {
    expect(xml('<script><!-- yes --></script>')).toEqual(['yes'])
  })

  it('reads on after a quote in the wrong place, and a value that is not closed', () => {
    expect(xml("<p don't>", '<!-- yes -->')).toEqual(['yes'])
    expect(xml('<a b="c>', '<!-- yes -->')).toEqual(['yes'])
    expect(xml('<a b=c d>', '<!-- yes -->')).toEqual(['yes'])
  })
})

describe('HTML', () => {
  const html = commentsIn('html')

  it.each(['script', 'style', 'textarea', 'title', 'SCRIPT'])('has no comments in the text of %s', (element) => {
    expect(html(`<${element} a="b>"> "<!-- no -->" </${element}> <!-- yes -->`)).toEqual(['yes'])
  })

  it('has them elsewhere', () => {
    expect(html('<p><!-- one --></p>', '<titles><!-- two -->', '<script>not closed', '<!-- no -->')).toEqual([
      'one',
      'two',
    ])
  })
})
