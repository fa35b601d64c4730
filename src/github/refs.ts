/** Where a branch or a pull request stands now. */
import { NotFound } from '../scan/errors.ts'
import type { GitHubClient } from './octokit.ts'
import type { RepositoryName } from './read.ts'

/**
 * As `RepositorySource.head`. docs.github.com, REST, "Git references", "Get a reference", and, since that endpoint is
 * documented for branches and tags only, "Pull requests", "Get a pull request".
 */
export async function readHead(
  { rest }: GitHubClient,
  repository: RepositoryName,
  ref: string,
): Promise<string | null> {
  const [, pull] = /^refs\/pull\/(\d+)\/head$/.exec(ref) ?? []
  try {
    if (pull) return (await rest.pulls.get({ ...repository, pull_number: Number(pull) })).data.head.sha
    return (await rest.git.getRef({ ...repository, ref: `heads/${ref}` })).data.object.sha
  } catch (error) {
    if (error instanceof NotFound) return null
    throw error
  }
}
