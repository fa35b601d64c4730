import { commentsOf } from '../../../src/rosie/parse/comments/index.ts'
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
    ['a backslash behind a doubled quote', "'say \\'hi\\', it''s \\' -- no'"],
    ['an even number of backslashes', "'a\\\\'"],
    ['a string with escapes', "E'-- no \\' -- no'"],
    ['a name in quotes', '"a "" -- no"'],
    ['a name in backticks', '`a `` -- no`'],
    ['a body in dollars', "$$ it's -- no $$"],
    ['a body with a tag', '$body$ $$ -- no $x$ $body$'],
    ['a parameter', '$1'],
    ['a parameter behind a word', 'a as $1'],
    ['a name with a dollar', 'a$b'],
    ['a string of Oracle', "q'[it's -- no]'"],
    ['a string of Oracle with a mark of its own', "nq'!it's -- no!'"],
    ['a string of Oracle with a letter as its mark', "q'qit's, it's -- noq'"],
    ['a string of several lines', "'\n-- no\n'"],
    ['a name in brackets', "dbo.[Patient's -- dose]"],
    ['the subscript of a list', "a[b['--']]"],
    ['a list', "array['--', ']']"],
    ['a list of lists', "array[[a, '--'], [b, ']--']]"],
    ['a subtraction', 'a - b'],
    ['a division', 'a / b'],
  ])('has no comments in %s', (_, code) => {
    expectText('sql', code, ['--', ''])
  })

  it.each([
    ['a function', ['create function f() returns int as $$', 'language plpgsql;']],
    ['a procedure, its body with a tag', ['CREATE PROCEDURE f() LANGUAGE plpgsql AS $body$', ';']],
    ['a block of its own', ['do $$', ';']],
    ['a block with its language', ['DO LANGUAGE plpgsql $x$', ';']],
    ['a block with its language in quotes', ["do language 'plpgsql' $$", ';']],
    ['a body behind a comment', ['create function f() returns int as -- one', '$$', ';']],
  ])('has comments in the body of %s, whose strings have none', (_, [...source]) => {
    const mark = /\$\w*\$/.exec(source.join(' '))?.[0] ?? ''
    const body = ["  x := 'it''s -- no';", '  -- two', '  execute $q$ -- no $q$; /* three */', `end ${mark} -- four`]
    expect(
      sql(...source.slice(0, -1), ...body, source.at(-1) ?? '', '-- five').filter((text) => text !== 'one'),
    ).toEqual(['two', 'three', 'four', 'five'])
  })

  it('knows where the comments of a body stand', () => {
    expect(commentsOf('do $$\n  x; -- one\n$$;\n-- two', 'sql').map(({ lines }) => lines)).toEqual([
      [{ line: 2, column: 9, text: 'one' }],
      [{ line: 4, column: 4, text: 'two' }],
    ])
  })

  it('groups the comments of a body as any others', () => {
    const spans = (text: string) => commentsOf(text, 'sql').map(({ line, endLine }) => [line, endLine])
    const before = 'select 1;\n'.repeat(20)
    expect(spans(`${before}do $$\nx; /* a */ -- b\n-- c\n$$;`)).toEqual([[22, 23]])
    expect(spans(`${before}do $$\nx; -- a\ny; -- b\n$$;`)).toEqual([
      [22, 22],
      [23, 23],
    ])
  })

  it('reads on right behind a body', () => {
    expect(sql('do $$ x $$-- one', '-- two')).toEqual(['one', 'two'])
  })

  it('lets nothing out of a body, and reads on in one that is not closed', () => {
    expect(sql('do $$ /* one $$;', "do $$ it's $$;", '-- two')).toEqual(['one', 'two'])
    expect(sql('do $$', '-- one', '/* two')).toEqual(['one', 'two'])
  })

  it.each<[string, string, string?]>([
    ['a value', 'select $$'],
    ['a comment of the catalogue', 'comment on table t is $$'],
    ['an argument', 'f(has, $$'],
    ['a name that ends in as', 'select has $$'],
    ['a name that ends in do', 'select todo $$'],
    ['a name with language in it', 'select my_language a $$'],
    ['a body in a body', 'do $a$ begin execute as $$', '$a$'],
  ])('takes for a text, not a body, what follows %s', (_, code, close = '') => {
    expect(sql(`${code} -- no /* no */ $$ ${close} -- yes`, '-- here')).toEqual(['yes', 'here'])
  })

  it('has the delimiters that a script of MySQL sets, and comments with a hash', () => {
    expect(
      sql(
        '-- one',
        'DELIMITER $$',
        'begin -- two',
        " select '# no', `# no`; # three",
        'end$$',
        '# four',
        'delimiter ;',
      ),
    ).toEqual(['one', 'two', 'three', 'four'])
    expect(sql('  delimiter //', "x; // it's", '-- one', "'")).toEqual([])
    expect(sql('select delimiter $$ -- no $$; -- yes')).toEqual(['yes'])
  })

  it('has comments with a hash at the beginning of a line elsewhere, where white space follows', () => {
    expect(sql("# it's one", '  ## two', '#')).toEqual(["it's one", 'two'])
    expect(sql('select 1', '# one')).toEqual(['one'])
    expect(sql("select * from #doses where a = '", '-- no', "'")).toEqual([])
    expect(sql("select a # b, '", '-- no', "'", "#> '{a}' -- yes")).toEqual(['yes'])
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
    expect(xml('<a <!-- yes -->')).toEqual(['yes'])
  })

  it('has those of adjacent lines in one group', () => {
    const spans = commentsOf('<!-- a -->\n<!-- b -->\n', 'xml').map(({ line, endLine }) => [line, endLine])
    expect(spans).toEqual([[1, 2]])
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
    expect(html('<script <!-- yes -->')).toEqual(['yes'])
  })
})
