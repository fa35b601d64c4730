/** Commits by their ids, and where a directory lies in each: many in one GraphQL request. */
import { Corrupt } from '../scan/errors.ts'
import { isObjectId, isObjectName } from '../scan/git-objects.ts'
import type { Directory } from '../scan/ports/source.ts'
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
): Promise<Map<string, Directory>> {
  const found = new Map<string, Directory>()
  for (let from = 0; from < commits.length; from += CHUNK) {
    const chunk = commits.slice(from, from + CHUNK)
    const answer = await queryRepository(client, repository, query(chunk, path))
    for (const [index, commit] of chunk.entries()) {
      const { __typename: type, oid: id } = part(answer[`c${index}`])
      // A branch may be called like an abbreviation.
      if (type !== 'Commit' || typeof id !== 'string' || !id.startsWith(commit)) continue
      const { __typename, oid } = part(answer[`d${index}`])
      found.set(commit, { commit: id, tree: __typename === 'Tree' && typeof oid === 'string' ? oid : null })
    }
  }
  return found
}

/** The id alone first, since `commit:path` is null both where the commit and where the directory is missing. */
function query(commits: readonly string[], path: string): string {
  const fields = commits.map((commit, index) => {
    if (!isObjectName(commit)) throw new Corrupt(`Not an object id: ${JSON.stringify(commit)}`)
    // `oid` takes whole ids only, an expression whatever git-rev-parse(1) does.
    const by = isObjectId(commit) ? 'oid' : 'expression'
    // A GraphQL string is written as a JSON string is.
    const expression = JSON.stringify(`${commit}:${path}`)
    return `c${index}: object(${by}: "${commit}") { __typename oid } d${index}: object(expression: ${expression}) { __typename oid }`
  })
  return `query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { ${fields.join(' ')} } }`
}

const part = (value: unknown) => Object(value) as { __typename?: unknown; oid?: unknown }
