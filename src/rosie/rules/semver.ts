/** Semantic Versioning 2.0.0: the grammar of its section 2, 9 and 10, and the order of its section 11. */
const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/

export const isVersion = (text: string): boolean => text.length <= 256 && VERSION.test(text)

/** Below, at or above zero as `a` precedes, equals or follows `b`. Both must be versions. Build metadata counts for nothing. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)]
  for (let i = 0; i < 3; i++) {
    const difference = compareNumbers(left.numbers[i] ?? '0', right.numbers[i] ?? '0')
    if (difference !== 0) return difference
  }
  if (!left.prerelease || !right.prerelease) return Number(!left.prerelease) - Number(!right.prerelease)
  return comparePrereleases(left.prerelease.split('.'), right.prerelease.split('.'))
}

function parts(version: string) {
  const match = VERSION.exec(version)
  return { numbers: match?.slice(1, 4) ?? [], prerelease: match?.[4] }
}

function comparePrereleases(a: string[], b: string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [left, right] = [a[i] ?? '', b[i] ?? '']
    if (left === right) continue
    const [leftNumeric, rightNumeric] = [/^\d+$/.test(left), /^\d+$/.test(right)]
    if (leftNumeric && rightNumeric) return compareNumbers(left, right)
    if (leftNumeric !== rightNumeric) return leftNumeric ? -1 : 1
    return left < right ? -1 : 1
  }
  return a.length - b.length
}

/** Digits without leading zeros, of any length. */
const compareNumbers = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
