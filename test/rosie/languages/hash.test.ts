// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are programs
import type { Language } from '../../../src/rosie/languages.ts'
import { commentsOf } from '../../../src/rosie/parse/comments/index.ts'
import { commentsIn, expectText } from './reading.ts'

describe.each<Language>(['ruby', 'shell', 'terraform', 'yaml'])('Comments of %s', (language) => {
  it('begin with a hash', () => {
    expect(commentsIn(language)('# one', '  ## two', 'a: 1 # three', '#four')).toEqual(['one', 'two', 'three', 'four'])
  })

  it('go on at the beginning of the file', () => {
    expect(commentsIn(language)('#!/usr/bin/env x', '# one')).toContain('one')
  })
})

describe('Ruby', () => {
  const ruby = commentsIn('ruby')

  it.each([
    ['a string', '"# no"'],
    ['a string in single quotes', "'# no \\' # no'"],
    ['a hole', '"a #{b["# no"]} # no"'],
    ['a hole with braces', '"#{f { "# no" }} # no"'],
    ['no hole in single quotes', "'#{ # no'"],
    ['a string of several lines', '"a\n# no\n"'],
    ['a command', '`ls # no #{"# no"}`'],
    ['a string after a percent sign', '%(a (# no) # no)'],
    ['a quoted string after a percent sign', '%q{# no \\} {# no} # no}'],
    ['an empty string after a percent sign', '%()'],
    ['brackets in brackets', '%q(((# no) # no) # no)'],
    ['a string of several lines after a percent sign', '%q(\n# no\n)'],
    ['words', '%w[a # no]'],
    ['a text with any delimiter', '%Q|# no #{"|"} # no|'],
    ['a regular expression after a percent sign', '%r{[#"]}'],
    ['a text whose delimiter holds no code', '%q(#{)'],
    ['a regular expression', '/# "no" \\/ \'/'],
    ['a regular expression with a hole', '/#{a["/"]} "/'],
    ['a regular expression with a hash', '/# #{ "/'],
    ['a string after a percent sign as an argument', "raise %(it's # no)"],
    ['a remainder of a bracket', "a % (b['# no'])"],
    ['a symbol in quotes', ':"# no"'],
    ['a character', '[?"]'],
    ['a character before a space', 'f(?" )'],
    ['a hash as a character', '?#'],
    ['a variable', "$'"],
    ['another variable', '$"'],
    ['a division', 'a / b'],
    ['a remainder', 'a % b'],
    ['a remainder without spaces', 'a%(b)'],
    ['a remainder with a bracket in a string', 'a%(b[")"])'],
    ['a remainder of a negative number', 'a %-b'],
    ['a remainder of a method whose name is a word', 'a.in % 2'],
    ['an assigned remainder of such a method', 'a.in %= 2'],
    ['a choice', 'a ? "# no" : \'# no\''],
    ['a choice without spaces', 'a ?"# no":"# no"'],
    ['a shift', 'list << ITEM'],
    ['a shift without spaces', 'list <<ITEM'],
    ['a string with a hole that is shifted', 'list <<"#{f("# no")} # no"'],
  ])('has no comments in %s', (_, code) => {
    expectText('ruby', code, ['#', ''])
  })

  it('has comments in the code of a hole', () => {
    expect(ruby('"#{a # yes', '}"')).toEqual(['yes'])
  })

  it('takes a slash for a regular expression where a value may begin', () => {
    expect(
      ruby('when /["]/ # one', 'a.split /["]/ # two', '/["]/.match(a) # three', 'x = [/["]/, /["]/] # four'),
    ).toEqual(['one', 'two', 'three', 'four'])
    expect(ruby('half = a / 2 # it is "a / b"', 'a /= 2 # "a /= b"')).toEqual(['it is "a / b"', '"a /= b"'])
  })

  it('documents from =begin to =end, at the beginning of lines', () => {
    expect(ruby('=begin', 'one', '  two # three', '=end', 'x = "# no"', '# four')).toEqual([
      'one',
      'two # three',
      'four',
    ])
    expect(ruby('  =begin', '# one', 'a =begin', '=beginning')).toEqual(['one'])
    expect(ruby('x', '=begin title', 'not closed')).toEqual(['title', 'not closed'])
    expect(ruby('a = b.c(1)', '=begin', 'one', '=end', '# two')).toEqual(['one', 'two'])
    expect(ruby('=begin', 'one', "=end it's over # no", '# two')).toEqual(['one', 'two'])
    expect(ruby('=begin', 'one', '=ending', '=end_of_it', 'two', '=end')).toEqual([
      'one',
      '=ending',
      '=end_of_it',
      'two',
    ])
  })

  it('has documentation and the comment on the next line in one group', () => {
    const spans = commentsOf('=begin\none\n=end\n# two\n', 'ruby').map(({ line, endLine }) => [line, endLine])
    expect(spans).toEqual([[1, 4]])
  })

  it.each([
    ['a heredoc', ['x = <<EOF', '# no', 'EOF']],
    ['an indented heredoc', ['x = <<-EOF', '# no', '  EOF']],
    ['a squiggly heredoc', ['x = <<~SQL.strip', '  # no "', '  SQL']],
    ['a quoted heredoc', ["x = <<~'EOF'", '# no #{', 'EOF']],
    ['a heredoc whose quoted word has a space', ['x = <<~"END OF SQL"', '# no', '  END OF SQL']],
    ['a heredoc whose quoted word is small', ["f <<'sql', 1", '# no', 'sql']],
    ['a heredoc whose word is small', ['x = <<sql', '# no', 'sql']],
    ['a heredoc as an argument whose word is small', ['f(<<sql, 1)', '# no', 'sql']],
    ['two heredocs of one line', ['f(<<~A, <<~B)', '# no', 'B', 'A', '# no', 'B']],
    ['a heredoc with a comment on its line', ['x = <<~A # yes', '# no', 'A']],
  ])('has no comments in %s', (_, lines) => {
    expect(ruby(...lines, '# yes').filter((text) => text !== 'yes')).toEqual([])
    expect(ruby(...lines, '# yes').at(-1)).toBe('yes')
  })

  it('takes for a heredoc only what a line closes: the others are shifts', () => {
    expect(ruby('a = <<~EOF', '# yes')).toEqual(['yes'])
    expect(ruby('list <<ITEM', '# yes', 'list<<ITEM', '# too', ' ITEM')).toEqual(['yes', 'too'])
    expect(ruby('list<<ITEM', '# yes', 'ITEM')).toEqual(['yes'])
    expect(ruby("list<<'ITEM'", '# yes', 'ITEM')).toEqual(['yes'])
    expect(ruby('list <<item', '# yes', 'item')).toEqual(['yes'])
    expect(ruby('class A; class << self', '# yes', 'self')).toEqual(['yes'])
  })

  it('ends with __END__', () => {
    expect(ruby('# yes', '__END__', '# no')).toEqual(['yes'])
    expect(ruby('x__END__', '# yes')).toEqual(['yes'])
  })
})

describe('Shell', () => {
  const shell = commentsIn('shell')

  it.each([
    ['a string', '"# no"'],
    ['a string in single quotes', "'# no \\'"],
    ['a string of several lines', "'\n# no\n'"],
    ['an escaped quote', '"a \\" # no"'],
    ['an escaped apostrophe', "it\\'s"],
    ['an ANSI string', "$'it\\'s # no'"],
    ['a command in a string', '"a $(f "# no") # no"'],
    ['a command in a command', '"$(f "$(g "# no")" "# no") # no"'],
    ['brackets in a command', '"$(f $((1 + 2)) "# no") # no"'],
    ['a parameter with a default', '"${a:-"# no"} # no"'],
    ['an apostrophe in a parameter', '"${a:-don\'t} # no"'],
    ['a parameter in a parameter', '"${a:-${b:-"# no"}} # no"'],
    ['a command in a parameter', '"${a:-$(f "# no")} # no"'],
    ['a parameter outside of strings', "${a:-'# no }'}"],
    ['the number of arguments', '$#'],
    ['a length', '${#a}'],
    ['a removed prefix', '${a#*/}'],
    ['a number with a base', '$((16#ff))'],
    ['a hash in a word', 'a#b'],
    ['an escaped hash', '\\#'],
    ['an escaped space before a hash', "a\\ #b 'c' d\\\\\\\t#e"],
    ['a string on one line', '<<<EOF'],
    ['a shift', '$((1 << 2))'],
  ])('has no comments in %s', (_, code) => {
    const source = [`echo ${code} # yes`, '# here', `f ${code}; # too`, '# and here']
    expect(shell(...source)).toEqual(['yes', 'here', 'too', 'and here'])
  })

  it('has comments after each mark that ends a word', () => {
    expect(shell('a;# 1', 'b &# 2', 'c |# 3', '(# 4', ')# 5', 'd\t# 6', '`# 7', '`')).toEqual([
      ...['1', '2', '3', '4', '5', '6', '7'],
    ])
  })

  it('has comments after an escaped backslash, and after a line that goes on', () => {
    expect(shell('a \\\\ # one', 'b \\', '# two')).toEqual(['one', 'two'])
  })

  it('has comments in the commands of a string', () => {
    expect(shell('"$(f # yes', ')" # too')).toEqual(['yes', 'too'])
  })

  it.each([
    ['a heredoc', ['cat <<EOF', "it's # no", '# no "', 'EOF']],
    ['a heredoc with a space', ['cat << EOF > file # yes', '# no', 'EOF']],
    ['an indented heredoc', ["cat <<-'EOF'", '\t# no', '\tEOF']],
    ['a heredoc with a quoted word', ['cat <<"END OF FILE"', '# no', 'END OF FILE']],
    ['a heredoc with an escaped word', ['cat <<\\EOF', '# no', 'EOF']],
    ['a heredoc whose word has other characters', ['cat <<E.O-F!', '# no', 'E.O-F!']],
    [
      'a heredoc in which a line only resembles its end',
      ['cat <<EOF', ' EOF', '\tEOF', '# no', 'EOF ', 'EOFX', '# no', 'EOF'],
    ],
    ['two heredocs of one line', ['f <<A <<B', '# no', 'A', '# no', 'B']],
    ['a heredoc in a command in a string', ['x="$(cat <<EOF', '# no "', 'EOF', ')"']],
    ['a heredoc with line ends of two characters', ['cat <<EOF\r', '# no\r', 'EOF\r']],
  ])('has no comments in %s', (_, lines) => {
    expect(shell(...lines, '# yes').filter((text) => text !== 'yes')).toEqual([])
    expect(shell(...lines, '# yes').at(-1)).toBe('yes')
  })

  it('takes for a heredoc only what a line closes', () => {
    expect(shell('cat <<EOF', '# yes')).toEqual(['yes'])
    expect(shell('cat <<EOF', '# yes', '  EOF')).toEqual(['yes'])
    expect(shell('cat <<-EOF', '# yes', '  EOF')).toEqual(['yes'])
    expect(shell('cat <<EOF', '# no', 'EOF')).toEqual([])
    expect(shell('cat < file # one', '', '# two')).toEqual(['one', 'two'])
    expect(shell('cat <<<EOF', '# yes', 'EOF')).toEqual(['yes'])
  })

  it('takes for shifts what is announced after twenty heredocs on a line, or after forty words that no line closes', () => {
    const words = (count: number) => Array.from({ length: count }, (_, n) => `<<W${n}`)
    const bodies = (count: number) => Array.from({ length: count }, (_, n) => [`# ${n}`, `W${n}`]).flat()
    expect(shell(`f ${words(20).join(' ')}`, ...bodies(20))).toEqual([])
    expect(shell(`f ${words(21).join(' ')}`, ...bodies(21))).toEqual(['20'])
    expect(shell(...words(39), 'cat <<EOF', '# no', 'EOF')).toEqual([])
    expect(shell(...words(40), 'cat <<EOF', '# yes', 'EOF')).toEqual(['yes'])
  })

  it('reads heredocs whatever number of shifts it has seen', () => {
    const shifts = Array.from({ length: 30 }, (_, n) => `$((1 << s${n % 5}))`)
    expect(shell(...shifts, 'cat <<EOF', '# no', 'EOF', '# yes')).toEqual(['yes'])
  })
})

describe('Terraform', () => {
  const terraform = commentsIn('terraform')

  it('has three kinds of comments', () => {
    expect(terraform('# one', '// two', '/* three */', 'a = "# no" # four')).toEqual(['one', 'two', 'three', 'four'])
  })

  it.each([
    ['a string', '"# no // no /* no */"'],
    ['an escaped quote', '"\\" # no"'],
    ['a hole', '"${f("# no")} # no"'],
    ['a hole with braces', '"${ { a = "# no" } } # no"'],
    ['a directive', '"%{ if a == "# no" }# no%{ endif }"'],
    ['an escaped hole', '"$${ # no"'],
    ['an escaped directive', '"%%{ # no"'],
    ['a division', 'a / b'],
  ])('has no comments in %s', (_, code) => {
    expectText('terraform', code, ['#', ''])
  })

  it('has no comments in heredocs, indented or not', () => {
    expect(terraform('a = <<EOF', '# no', '  EOF', 'b = <<-E_1', '# no "', '  E_1', '# yes')).toEqual(['yes'])
  })

  it('reads on after an apostrophe', () => {
    expect(terraform("description = it's", '# yes')).toEqual(['yes'])
  })

  it('has a heredoc behind a string that is not closed', () => {
    expect(terraform('f(<<EOF, "not closed', '# no', 'EOF', '# yes')).toEqual(['yes'])
  })

  it('has comments in the code of a hole', () => {
    expect(terraform('"${ a /* yes */ } # no"')).toEqual(['yes'])
  })
})

describe('YAML', () => {
  const yaml = commentsIn('yaml')

  it('has comments after white space only', () => {
    expect(yaml('a: b#no', 'c: d # yes', 'e:#no', '\t# tab')).toEqual(['yes', 'tab'])
  })

  it.each([
    ['a quoted scalar', 'a: "x # no"'],
    ['a scalar in single quotes', "a: 'x # no '' # no'"],
    ['an escaped quote', 'a: "\\" # no"'],
    ['a quoted key', '"a # no": b'],
    ['a quoted item', '- "x # no"'],
    ['a quoted scalar of several lines', 'a: "x\n  # no\n  "'],
    ['a flow sequence', 'a: [b, "x # no", \'x # no\']'],
    ['a flow mapping', '{a: "x # no", "b": "x # no", "c":"x # no"}'],
    ['a flow mapping without spaces', '{a:"x # no"}'],
    ['a flow sequence that begins with a quote', '["x # no"]'],
    ['a flow mapping in a flow sequence', '[{a: b, c: ["x # no"]}, "x # no"]'],
    ['a flow sequence below a bracket that nothing opened', 'a: b]}\nc: [d, "x # no"]'],
    ['a quoted key without a space', '"a":"x # no"'],
    ['a flow sequence as a key', '[a]:"x # no"'],
    ['a quoted scalar with a tag', 'a: !!str "x # no"'],
    ['a quoted scalar with an anchor', 'a: &b "x # no"'],
    ['a quoted scalar after a complex key', '? "x # no"'],
    ['an item of an item', '- - "x # no"'],
  ])('has no comments in %s', (_, code) => {
    expect(yaml('x: y', `${code} # yes`, '# here')).toEqual(['yes', 'here'])
  })

  it.each([
    ['an apostrophe in a plain scalar', "a: it's b # yes"],
    ['an apostrophe after a space', "a: the 'b # yes"],
    ['a quote in a plain scalar', 'a: say "b # yes'],
    ['a quote after a comma', "a: b, 'c # yes"],
    ['a bracket in a plain scalar', "a: b[0], 'c # yes"],
    ['a dash in a plain scalar', "a: b - 'c # yes"],
    ['a time', "a: 12:30 'c # yes"],
    ['a pipe in a plain scalar', 'a: b | c # yes'],
    ['a dash that ends a line', '-   # yes'],
    ['a dash without a space', "-'a # yes"],
    ['a scalar of one character', "a: b 'c # yes"],
    ['a colon in a plain scalar', "a: b:'c # yes"],
    ['a colon in a key', "a:'b # yes"],
    ['a colon that begins a line', ":'a # yes"],
    ['a colon that begins an item', "- :'a # yes"],
    ['a flow sequence', "a: [b] 'c # yes"],
    ['a flow mapping', "a: {b} 'c # yes"],
    ['a comma below a flow sequence', "a: [b]\nc: d, 'e # yes"],
    ['a comma below a flow mapping', "a: {b}\nc: d, 'e # yes"],
    ['a template', "a: {{ b }}'s # yes"],
  ])('has comments behind %s', (_, line) => {
    expect(yaml(line, 'c: d # too')).toEqual(['yes', 'too'])
    // whatever was taken for an open quote would end here
    expect(yaml(line, 'c: d # too', `e: it's 5"`)).toEqual(['yes', 'too'])
  })

  it('has comments behind a quote that nothing closes', () => {
    expect(yaml('a: "b # yes', 'c: d # too')).toEqual(['yes', 'too'])
  })

  it.each([
    ['a literal scalar', ['a: |', '  # no', '', '  # no']],
    ['a folded scalar', ['a: >-', '  # no "', '    # no']],
    ['a scalar with its indentation', ['a: |2-', '   # no', '  # no']],
    ['a scalar with an anchor and a tag', ['a: &b !c |+', '  # no']],
    ['a scalar of an item', ['- |', ' # no']],
    ['a scalar of a key in an item', ['- a: |', '    # no', '  b: "# no"']],
    ['a scalar of an item in an item', ['- - |', '    # no']],
    ['a scalar that begins with blank lines', ['a: |', '', '   ', '  # no']],
    ['a scalar below its key', ['a:', '  |', '  # no']],
    ['a scalar of a quoted key', ['"a": |', '  # no']],
    ['a scalar of a key of two words', ['a b: |', ' # no']],
    ['a scalar of a document', ['--- |', '# no']],
    ['a scalar of a complex key', ['? |', '  # no']],
    ['a scalar with line ends of two characters', ['a: |\r', '  # no\r', '\r', '  # no\r']],
  ])('has no comments in %s', (_, lines) => {
    expect(yaml(...lines, '---', '# yes')).toEqual(['yes'])
    expect(yaml('x: y', ...lines, '---', '# yes')).toEqual(['yes'])
  })

  it('has comments beside a block scalar, and after its last line', () => {
    expect(yaml('a: | # one', '  # no', ' # two', '# three', 'b: 1 # four')).toEqual(['one', 'two', 'three', 'four'])
    expect(yaml('a: |', '# one', 'b: c # two')).toEqual(['one', 'two'])
    expect(yaml('  a: |', '  # one')).toEqual(['one'])
    expect(yaml('- a: |', '  # one')).toEqual(['one'])
    expect(yaml('- |', '# one')).toEqual(['one'])
    expect(yaml('a: |2', '    # no', '  # no', ' # one')).toEqual(['one'])
    expect(yaml('- a: |2', '    # no', '   # one')).toEqual(['one'])
    expect(yaml('--- |2', '  # no', ' # one')).toEqual(['one'])
  })
})
