/**
 * Globs of the policy, from the repository's root: `*` and `?` within one segment, `**` as a whole segment for any number
 * of them, `{a,b}` for either. All else is literal, brackets too (`app/[id]/page.tsx` is a path), and there is no
 * negation. Two walks with one point of return each instead of a regular expression: a hostile glob costs at most its
 * length times the path's.
 */
// @ts-nocheck


/** What `{…}` may multiply one glob to; beyond it the braces are literal. */
const MAX_ALTERNATIVES = 64

/** Segments of each alternative. */
type Glob = readonly string[]

/** Lists of globs are made once by a policy and asked for each file. */
const compiled = new WeakMap<readonly string[], readonly Glob[]>()

/** Whether one of the globs matches the whole path. */
export function matches(globs: readonly string[], path: string): boolean {
  let alternatives = compiled.get(globs)
  if (!alternatives) {
    alternatives = globs.flatMap(alternativesOf).map((glob) => segmentsOf(glob))
    compiled.set(globs, alternatives)
  }
  if (alternatives.length === 0) return false
  const segments = path.split('/')
  return alternatives.some((glob) => walk(glob, segments, (segment) => segment === '**', matchesSegment))
}

/** `src/` means all that lies in it. */
function segmentsOf(glob: string): Glob {
  const whole = glob.replace(/^\.?\//, '')
  return (whole.endsWith('/') ? `${whole}**` : whole).split('/')
}

const matchesSegment = (glob: string, segment: string): boolean =>
  glob === segment ||
  (/[*?]/.test(glob) &&
    walk(
      [...glob],
      [...segment],
      (sign) => sign === '*',
      (sign, one) => sign === '?' || sign === one,
    ))

/**
 * Whether a sequence matches a pattern in which some elements stand for any run of elements. Only the last such element
 * is ever returned to: an earlier one could gain nothing that the later can't.
 */
function walk<T>(
  pattern: readonly T[],
  sequence: readonly T[],
  isRun: (p: T) => boolean,
  same: (p: T, s: T) => boolean,
) {
  let [at, p] = [0, 0]
  let [runAt, runP] = [0, -1]
  while (at < sequence.length) {
    const element = pattern[p]
    if (element !== undefined && isRun(element)) {
      runAt = at
      runP = p
      p += 1
    } else if (element !== undefined && same(element, sequence[at] as T)) {
      at += 1
      p += 1
    } else if (runP >= 0) {
      runAt += 1
      at = runAt
      p = runP + 1
    } else return false
  }
  return pattern.slice(p).every(isRun)
}

/** `{a,b}` written out; braces don't nest, and an unclosed one is literal. */
function alternativesOf(glob: string): string[] {
  let heads = ['']
  let rest = glob
  for (let open = rest.indexOf('{'); open >= 0; open = rest.indexOf('{')) {
    const close = rest.indexOf('}', open)
    if (close < 0) break
    const choices = rest.slice(open + 1, close).split(',')
    if (heads.length * choices.length > MAX_ALTERNATIVES) return [glob]
    const before = rest.slice(0, open)
    heads = heads.flatMap((head) => choices.map((choice) => head + before + choice))
    rest = rest.slice(close + 1)
  }
  return heads.map((head) => head + rest)
}
