/** Comments as GitHub shows them. */
// @ts-nocheck

import type { Comment } from './comments.ts'
import { accountFacts, appFacts, botOf } from './facts.ts'
import type { GitHub } from './github.ts'
import type { JsonObject } from './json.ts'
import type { Repository } from './repository.ts'

/** https://docs.github.com/en/rest/issues/comments#get-an-issue-comment */
export function commentFacts(github: GitHub, repository: Repository, comment: Comment): JsonObject {
  const { id, number, login, app, body, createdAt, updatedAt } = comment
  const url = `${github.apiUrl}/repos/${repository.fullName}/issues`
  return {
    id,
    node_id: `IC_${id}`,
    url: `${url}/comments/${id}`,
    html_url: `${github.url}/${repository.fullName}/pull/${number}#issuecomment-${id}`,
    issue_url: `${url}/${number}`,
    user: accountFacts(github, app ? botOf(github, app) : github.account(login)),
    created_at: createdAt,
    updated_at: updatedAt,
    body,
    author_association: 'NONE',
    performed_via_github_app: app ? appFacts(github, app) : null,
    reactions: {
      url: `${url}/comments/${id}/reactions`,
      total_count: 0,
      '+1': 0,
      '-1': 0,
      laugh: 0,
      confused: 0,
      heart: 0,
      hooray: 0,
      eyes: 0,
      rocket: 0,
    },
  }
}
