/**
 * Many who ask for the same at once are answered by few looks at it. What anybody is told was never read before they asked:
 * whoever comes while somebody looks is answered by the next look, which is one for all of them.
 */
export function gathered<T>(look: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const looks = new Map<string, { now: Promise<T>; next: Promise<T> | null }>()

  function begin(name: string): Promise<T> {
    const under = { now: look(name), next: null }
    looks.set(name, under)
    const ended = () => {
      if (looks.get(name)?.next === null) looks.delete(name)
    }
    under.now.then(ended, ended)
    return under.now
  }

  return (name) => {
    const under = looks.get(name)
    if (!under) return begin(name)
    const again = () => begin(name)
    under.next ??= under.now.then(again, again)
    return under.next
  }
}
