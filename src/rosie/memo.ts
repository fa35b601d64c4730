/**
 * What makes assessing again cheap, all of it: what follows from an immutable object and a few givens is worked out once,
 * and kept beside the object for as long as that lives. A content is shared by all snapshots that hold its blob, so where
 * a head differs from its base by one file, one file is looked at anew; and a snapshot that was judged as a head is not
 * judged again as the base of the next. Only the last givens are remembered, compared by identity. Nothing that is
 * remembered may be changed by whoever asks.
 */
export function remembered<Of extends object, Given extends readonly unknown[], Answer>(
  work: (of: Of, ...given: Given) => Answer,
): (of: Of, ...given: Given) => Answer {
  const known = new WeakMap<Of, { given: Given; answer: Answer }>()
  return (of, ...given) => {
    const before = known.get(of)
    if (before && sameIn(before.given, given)) return before.answer
    const answer = work(of, ...given)
    known.set(of, { given, answer })
    return answer
  }
}

function sameIn(some: readonly unknown[], others: readonly unknown[]): boolean {
  for (let n = 0; n < others.length; n++) if (some[n] !== others[n]) return false
  return true
}

/** Lists by the objects that they begin and end with: where one of the two is new, the other still finds the list before. */
const LISTS = new WeakMap<object, readonly object[]>()

/**
 * The list that was given before, where it holds the same objects, or such as are alike in all that is looked at: what
 * follows from a list is then remembered like what follows from an object, as long as nothing in it changes.
 */
export function sameList<Entry extends object>(
  list: readonly Entry[],
  alike: (one: Entry, other: Entry) => boolean = () => false,
): readonly Entry[] {
  const [first, last] = [list[0], list.at(-1)]
  if (!first || !last) return list
  const before = (LISTS.get(first) ?? LISTS.get(last)) as readonly Entry[] | undefined
  const isSame = (entry: Entry, n: number) => before?.[n] === entry || (before?.[n] && alike(before[n], entry))
  if (before?.length === list.length && list.every(isSame)) return before
  LISTS.set(first, list).set(last, list)
  return list
}
