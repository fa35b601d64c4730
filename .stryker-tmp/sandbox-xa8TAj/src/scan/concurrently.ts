/**
 * Runs `work` on every item, at most `limit` at once, and yields the results as they come. The first failure is thrown
 * and nothing further is started; neither is when the consumer stops early.
 */
// @ts-nocheck

export async function* concurrently<Item, Result>(
  items: Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running = new Set<Promise<{ done: Promise<unknown>; result: Result }>>()
  const start = (item: Item) => {
    const job: Promise<{ done: Promise<unknown>; result: Result }> = work(item).then((result) => ({
      done: job,
      result,
    }))
    // What fails after the consumer has left has nobody to tell.
    job.catch(() => undefined)
    running.add(job)
  }
  const finished = async () => {
    const { done, result } = await Promise.race(running)
    running.delete(done as Promise<{ done: Promise<unknown>; result: Result }>)
    return result
  }
  for (const item of items) {
    if (running.size >= limit) yield await finished()
    start(item)
  }
  while (running.size > 0) yield await finished()
}
