import { faultOfGtin } from '../../../src/api/v1/gtin.ts'

describe('A GTIN', () => {
  it.each(['96385074', '036000291452', '4006381333931', '10614141000415', '00000000'])('%s is in order', (gtin) => {
    expect(faultOfGtin(gtin)).toBeNull()
  })

  it.each([
    ['96385075', '4'],
    ['036000291453', '2'],
    ['4006381333930', '1'],
    ['4006381339331', '9'],
    ['10614141000410', '5'],
  ])('%s has a wrong digit; the last one is to be %s', (gtin, digit) => {
    expect(faultOfGtin(gtin)).toContain(`is to be ${digit},`)
  })

  it.each(['', '9638507', '963850740', '12345678901', '400638133393x', ' 96385074', '４００６３８１３３３９３１'])(
    '%j has another form',
    (gtin) => {
      expect(faultOfGtin(gtin)).toContain('8, 12, 13 or 14 digits')
    },
  )
})
