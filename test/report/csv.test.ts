import { csvLine } from '../../src/report/csv.ts'

describe('a line of CSV', () => {
  it.each([
    [['REQ-001', 'Stop the pump', 7, true, null], 'REQ-001,Stop the pump,7,true,\r\n'],
    [['a,b', 'say "stop"', 'two\nlines'], '"a,b","say ""stop""","two\nlines"\r\n'],
    [[], '\r\n'],
  ])('is quoted where it must be: %j', (cells, line) => {
    expect(csvLine(cells)).toBe(line)
  })

  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t1', "'\t1"],
    ['\t=1', "'\t'=1"],
    ['\r=1', '"\'\r\'=1"'],
    ['\n=1', '"\'\n\'=1"'],
    ['a;=1+1', "a;'=1+1"],
    ['a\t@b', "a\t'@b"],
    ['a\n＋b', '"a\n\'＋b"'],
    ['a;"=1', '"a;\'""=1"'],
    ['＝1', "'＝1"],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ])('is no formula: %j', (cell, written) => {
    expect(csvLine([cell])).toBe(`${written}\r\n`)
  })

  it('leaves alone what no spreadsheet calculates', () => {
    expect(csvLine([-1, 'a=b', "'quoted'", 'a; b-c\td'])).toBe("-1,a=b,'quoted',a; b-c\td\r\n")
  })
})
