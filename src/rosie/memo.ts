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
  return others.every((other, n) => other === some[n])
}

/** How an entry is known again in another list: by an object in it, and by what else matters. */
interface Likeness<Entry> {
  keyOf(entry: Entry): object | null
  isSame(one: Entry, other: Entry): boolean
}

const BY_ITSELF: Likeness<object> = { keyOf: (entry) => entry, isSame: (one, other) => one === other }

/**
 * What follows from each entry of a list that is in the order of its paths. What followed in the list before is taken from
 * there: the two are gone through side by side, which takes no look-up for any entry.
 */
export function rememberedOfEach<Entry extends { path: string }, Given extends readonly unknown[], Answer>(
  work: (entry: Entry, ...given: Given) => Answer,
  { keyOf, isSame }: Likeness<Entry> = BY_ITSELF,
): (list: readonly Entry[], ...given: Given) => readonly Answer[] {
  const known = new WeakMap<object, { list: readonly Entry[]; given: Given; answers: readonly Answer[] }>()
  return (list, ...given) => {
    const [first, last] = [list.find(keyOf), list.findLast(keyOf)].map((entry) => (entry ? keyOf(entry) : null))
    if (!first || !last) return list.map((entry) => work(entry, ...given))
    const found = known.get(first) ?? known.get(last)
    const before = found && sameIn(found.given, given) ? found : NOTHING_BEFORE
    if (before.list === list) return before.answers as readonly Answer[]
    let next = 0
    const answers = list.map((entry): Answer => {
      let old = before.list[next] as Entry | undefined
      // Most often it is the same; else what stood before its path is gone.
      while (old && !isSame(old, entry) && old.path < entry.path) old = before.list[++next] as Entry | undefined
      return old && isSame(old, entry) ? (before.answers[next++] as Answer) : work(entry, ...given)
    })
    const now = { list, given, answers }
    known.set(first, now).set(last, now)
    return answers
  }
}

const NOTHING_BEFORE: { list: readonly unknown[]; answers: readonly unknown[] } = { list: [], answers: [] }

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
  const isSame = (one: Entry, n: number) => one === list[n] || alike(one, list[n] as Entry)
  if (before?.length === list.length && before.every(isSame)) return before
  LISTS.set(first, list).set(last, list)
  return list
}
