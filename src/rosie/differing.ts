/** What tells two lists of files apart. */

/**
 * What only the one holds, and only the other; both in the order of their paths. What stands in both is the same object, so
 * the two are gone through side by side, without a look-up for each.
 */
export function differing<Entry extends { path: string }>(before: readonly Entry[], after: readonly Entry[]) {
  const found: { gone: Entry[]; come: Entry[] } = { gone: [], come: [] }
  let next = 0
  for (const entry of after) {
    for (let old = before[next]; old && old !== entry && old.path <= entry.path; old = before[++next])
      found.gone.push(old)
    if (before[next] === entry) next++
    else found.come.push(entry)
  }
  found.gone.push(...before.slice(next))
  return found
}
