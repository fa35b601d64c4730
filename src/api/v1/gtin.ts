/** What is wrong with a Global Trade Item Number, as a sentence; null: nothing. GS1 General Specifications, "Check digit". */
export function faultOfGtin(gtin: string): string | null {
  if (!/^(?:\d{8}|\d{12,14})$/.test(gtin)) return 'A GTIN has 8, 12, 13 or 14 digits and nothing else.'
  const [payload, last] = [gtin.slice(0, -1), gtin.slice(-1)]
  const digit = String(checkDigit(payload))
  return last === digit ? null : `The last digit of ${gtin} is to be ${digit}, or a digit before it is wrong.`
}

/** From the right the digits weigh 3, 1, 3, …; the check digit makes the sum a multiple of ten. */
function checkDigit(payload: string): number {
  const sum = [...payload].reverse().reduce((so, digit, place) => so + Number(digit) * (place % 2 === 0 ? 3 : 1), 0)
  return (10 - (sum % 10)) % 10
}
