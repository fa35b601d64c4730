/** A repository as GraphQL shows it. https://docs.github.com/en/graphql/reference/objects#repository */
// @ts-nocheck

import { GraphQLError } from 'graphql'
import type { GitHub } from './github.ts'
import type { GraphQLContext } from './graphql.ts'
import { objectNode } from './graphql-objects.ts'
import type { Pull } from './pulls.ts'
import type { Repository } from './repository.ts'

export function repositoryNode(repository: Repository, github: GitHub) {
  const { id, name, fullName, owner, isPrivate, archived, parent, defaultBranch } = repository
  const account = github.account(owner)
  return {
    __typename: 'Repository',
    id: `R_${id}`,
    databaseId: id,
    name,
    nameWithOwner: fullName,
    url: `${github.url}/${fullName}`,
    isPrivate,
    isArchived: archived,
    isFork: parent !== null,
    isEmpty: () => repository.git.isEmpty(),
    owner: { __typename: account.type, id: `U_${account.id}`, login: owner },
    defaultBranchRef: () => refNode(repository, github, `refs/heads/${defaultBranch}`),
    ref: ({ qualifiedName }: { qualifiedName: string }) => refNode(repository, github, qualifiedName),
    object: async ({ oid, expression }: { oid?: string; expression?: string }, { load }: GraphQLContext) => {
      const object = await load(repository, oid ?? expression ?? '')
      return object && objectNode(object, repository, github)
    },
    pullRequest: ({ number }: { number: number }) => {
      const pull = repository.pulls.find((candidate) => candidate.number === number)
      if (pull) return pullNode(pull, github)
      const message = `Could not resolve to a PullRequest with the number of ${number}.`
      throw new GraphQLError(message, { extensions: { type: 'NOT_FOUND' } })
    },
    pullRequests: (wanted: PullFilter) => pullConnection(repository, github, wanted),
  }
}

async function refNode(repository: Repository, github: GitHub, qualifiedName: string) {
  const ref = qualifiedName.startsWith('refs/') ? qualifiedName : `refs/heads/${qualifiedName}`
  const sha = await repository.git.ref(ref)
  if (!sha) return null
  const [, prefix = '', name = ''] = /^(refs\/[^/]+\/)(.*)$/.exec(ref) ?? []
  const target = async (_: unknown, { load }: GraphQLContext) => {
    const object = await load(repository, sha)
    return object && objectNode(object, repository, github)
  }
  return { __typename: 'Ref', id: `REF_${Buffer.from(ref).toString('base64url')}`, name, prefix, target }
}

interface PullFilter {
  first?: number
  last?: number
  after?: string
  states?: string[]
  headRefName?: string
  baseRefName?: string
}

/** "You must supply a first or last argument on any connection." https://docs.github.com/en/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api */
function pullConnection(
  repository: Repository,
  github: GitHub,
  { first, last, after, states, headRefName, baseRefName }: PullFilter,
) {
  const size = first ?? last
  if (size === undefined || size < 1 || size > 100)
    throw new GraphQLError('Supply first or last, from 1 to 100, on `pullRequests`.')
  const found = repository.pulls
    .filter((pull) => !states || states.includes(stateOf(pull)))
    .filter(({ head }) => headRefName === undefined || head.ref === headRefName)
    .filter(({ base }) => baseRefName === undefined || base.ref === baseRefName)
  const start = first === undefined ? Math.max(0, found.length - size) : Number(after ?? 0)
  const nodes = found.slice(start, start + size).map((pull) => pullNode(pull, github))
  const end = start + nodes.length
  return {
    totalCount: found.length,
    nodes,
    edges: nodes.map((node, index) => ({ node, cursor: String(start + index + 1) })),
    pageInfo: {
      hasNextPage: end < found.length,
      hasPreviousPage: start > 0,
      startCursor: String(start + 1),
      endCursor: String(end),
    },
  }
}

const stateOf = ({ open, mergeSha }: Pull) => (open ? 'OPEN' : mergeSha ? 'MERGED' : 'CLOSED')

function pullNode(pull: Pull, github: GitHub): Record<string, unknown> {
  const { id, number, title, body, draft, head, base } = pull
  return {
    __typename: 'PullRequest',
    id: `PR_${id}`,
    databaseId: id,
    number,
    title,
    body: body ?? '',
    url: `${github.url}/${base.repository.fullName}/pull/${number}`,
    state: stateOf(pull),
    isDraft: draft,
    isCrossRepository: head.repository !== base.repository,
    headRefName: head.ref,
    headRefOid: head.sha,
    baseRefName: base.ref,
    baseRefOid: () => base.repository.tip(base.ref),
    headRepository: () => repositoryNode(head.repository, github),
    baseRepository: () => repositoryNode(base.repository, github),
  }
}
