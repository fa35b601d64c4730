/** Commits by their ids, and where a directory lies in each: many in one GraphQL request. */
// @ts-nocheck

import { Corrupt } from '../scan/errors.ts'
import { isObjectId } from '../scan/git-objects.ts'
import type { GitHubClient } from './octokit.ts'
import { queryRepository, type RepositoryName } from './read.ts'

/**
 * Commits a request, two look-ups each. A look-up by id is no connection, so that a query costs one point however many it
 * has; what is limited is its time, 10 s. docs.github.com, "Rate limits and query limits for the GraphQL API".
 */
const CHUNK = 300

/** As `RepositorySource.directories`. */
export async function queryDirectories(
  client: GitHubClient,
  repository: RepositoryName,
  commits: readonly string[],
  path: string,
): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>()
  for (let from = 0; from < commits.length; from += CHUNK) {
    const chunk = commits.slice(from, from + CHUNK)
    const answer = await queryRepository(client, repository, query(chunk, path))
    for (const [index, commit] of chunk.entries()) {
      if (part(answer[`c${index}`]).__typename !== 'Commit') continue
      const { __typename, oid } = part(answer[`d${index}`])
      found.set(commit, __typename === 'Tree' && typeof oid === 'string' ? oid : null)
    }
  }
  return found
}

/** The id alone first, since `commit:path` is null both where the commit and where the directory is missing. */
function query(commits: readonly string[], path: string): string {
  const fields = commits.map((commit, index) => {
    if (!isObjectId(commit)) throw new Corrupt(`Not an object id: ${JSON.stringify(commit)}`)
    // A GraphQL string is written as a JSON string is.
    const expression = JSON.stringify(`${commit}:${path}`)
    return `c${index}: object(oid: "${commit}") { __typename } d${index}: object(expression: ${expression}) { __typename oid }`
  })
  return `query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { ${fields.join(' ')} } }`
}

const part = (value: unknown) => Object(value) as { __typename?: unknown; oid?: unknown }
