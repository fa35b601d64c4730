/** Commits. https://docs.github.com/en/rest/commits/commits */
import { notFound, ok, Refusal } from '../answer.ts'
import { type Call, conditional, page, type Routes } from '../call.ts'
import type { Repository } from '../repository.ts'
import { restCommit } from './compare.ts'
import { ofRepository } from './scopes.ts'

export const commitRoutes: Routes = {
  'GET /repos/{owner}/{repo}/commits': ofRepository(list),
}

/** "`sha` … Default: the repository's default branch". https://docs.github.com/en/rest/commits/commits#list-commits */
async function list(repository: Repository, call: Call) {
  const { github } = call
  if (await repository.git.isEmpty()) throw new Refusal(409, 'Git Repository is empty.')
  const tip = await repository.git.commitOf((call.query.sha as string | undefined) ?? repository.defaultBranch)
  if (!tip) throw notFound()
  const { items, headers } = page(call, (await repository.git.log(tip)).reverse())
  const shown = items.map((commit) => restCommit(github, repository, commit))
  return conditional(call, ok(shown, headers))
}
