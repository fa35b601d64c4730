/** Pull requests, as far as scans tell them something. What events say of them is kept by facts.ts. */
import type { PullRequest, Scan } from '../scan/ports/store.ts'
import type { Connection } from './database.ts'

/** The base branches of the open ones of a head. */
export async function openBases(connection: Connection, repositoryId: bigint, headSha: string): Promise<string[]> {
  const pulls = await connection.pullRequest.findMany({
    where: { repositoryId, headSha, open: true },
    select: { baseRef: true },
    distinct: ['baseRef'],
  })
  return pulls.map(({ baseRef }) => baseRef)
}

/** The open ones of the scan's head and base that have not been told. A tracked scan has none. */
export async function pullsToTell(
  connection: Connection,
  { repository, headSha, baseRef }: Scan,
  told: readonly number[],
): Promise<PullRequest[]> {
  if (baseRef === null || headSha === null) return []
  return connection.pullRequest.findMany({
    where: { repositoryId: repository.id, headSha, baseRef, open: true, number: { notIn: [...told] } },
    select: {
      ...{ number: true, headSha: true, baseRef: true, fromOpening: true },
      ...{ commentId: true, commentHash: true, commentUnsure: true },
    },
    orderBy: { number: 'asc' },
  })
}

export async function updatePull(
  connection: Connection,
  repositoryId: bigint,
  number: number,
  update: Partial<Pick<PullRequest, 'commentId' | 'commentHash' | 'commentUnsure'>>,
): Promise<void> {
  await connection.pullRequest.updateMany({ where: { repositoryId, number }, data: update })
}
