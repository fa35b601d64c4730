/**
 * Globs of the policy, from the repository's root: `*` and `?` within one segment, `**` as a whole segment for any number
 * of them, `{a,b}` for either. All else is literal, brackets too (`app/[id]/page.tsx` is a path), and there is no
 * negation. Two walks with one point of return each instead of a regular expression: a hostile glob costs at most its
 * length times the path's.
 */

/** What `{…}` may multiply one glob to; beyond it the braces are literal. */
const MAX_ALTERNATIVES = 64

/** What stands between two slashes, with its characters once they were needed. */
interface Segment {
  readonly text: string
  signs?: readonly string[]
}

const asSegments = (path: string): readonly Segment[] => path.split('/').map((text) => ({ text }))

/** Segments of each alternative. */
type Glob = readonly Segment[]

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
  const segments = asSegments(path)
  return alternatives.some((glob) => walk(glob, segments, isAnyRun, matchesSegment))
}

/** `src/` and `src/**` are all that lies in `src`, not a file of that name. */
function segmentsOf(glob: string): Glob {
  const whole = glob.replace(/^\.?\//, '')
  return asSegments(whole.endsWith('/') ? `${whole}**/*` : whole.replace(/\/\*\*$/, '/**/*'))
}

const isAnyRun = ({ text }: Segment) => text === '**'

const matchesSegment = (glob: Segment, segment: Segment): boolean =>
  glob.text === segment.text || (/[*?]/.test(glob.text) && walk(signsOf(glob), signsOf(segment), isStar, sameSign))

const isStar = (sign: string) => sign === '*'
const sameSign = (sign: string, one: string) => sign === '?' || sign === one

/** Taken apart once, when first asked for: many globs are held against one path, and one glob against many. */
function signsOf(segment: Segment): readonly string[] {
  segment.signs ??= [...segment.text]
  return segment.signs
}

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
  let runAt = 0
  let runP = -1
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
  for (let open = rest.indexOf('{'); open !== -1; open = rest.indexOf('{')) {
    const close = rest.indexOf('}', open)
    if (close === -1) break
    const choices = rest.slice(open + 1, close).split(',')
    if (heads.length * choices.length > MAX_ALTERNATIVES) return [glob]
    const before = rest.slice(0, open)
    heads = heads.flatMap((head) => choices.map((choice) => head + before + choice))
    rest = rest.slice(close + 1)
  }
  return heads.map((head) => head + rest)
}
