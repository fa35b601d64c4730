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
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['\n=1', '"\'\n=1"'],
    ['＝1', "'＝1"],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ])('is no formula: %j', (cell, written) => {
    expect(csvLine([cell])).toBe(`${written}\r\n`)
  })

  it('leaves alone what no spreadsheet calculates', () => {
    expect(csvLine([-1, 'a=b', "'quoted'"])).toBe("-1,a=b,'quoted'\r\n")
  })
})
