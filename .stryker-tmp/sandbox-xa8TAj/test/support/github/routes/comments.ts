/** Issue comments; a pull request is an issue too. https://docs.github.com/en/rest/issues/comments */
// @ts-nocheck

import { created, notFound, ok } from '../answer.ts'
import { type Call, numberParam, page, type Routes } from '../call.ts'
import { commentFacts } from '../comment-facts.ts'
import { botOf } from '../facts.ts'
import type { JsonObject } from '../json.ts'
import type { Repository } from '../repository.ts'
import { ofRepository } from './scopes.ts'

export const commentRoutes: Routes = {
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments': ofRepository(list),
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments': ofRepository(create),
  'GET /repos/{owner}/{repo}/issues/comments/{comment_id}': ofRepository(get),
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}': ofRepository(update),
}

function list(repository: Repository, call: Call) {
  // "Issue comments are ordered by ascending ID."
  const since = call.query.since as string | undefined
  const comments = repository
    .comments(existing(repository, call))
    .filter(({ updatedAt }) => !since || updatedAt >= since)
  const { items, headers } = page(call, comments)
  return ok(
    items.map((comment) => commentFacts(call.github, repository, comment)),
    headers,
  )
}

function create(repository: Repository, call: Call) {
  const { app } = call.github
  const author = { login: botOf(call.github, app).login, app }
  const comment = repository.allComments.create(existing(repository, call), bodyOf(call), author)
  return created(commentFacts(call.github, repository, comment))
}

function get(repository: Repository, call: Call) {
  return ok(commentFacts(call.github, repository, repository.allComments.get(numberParam(call, 'comment_id'))))
}

function update(repository: Repository, call: Call) {
  const comment = repository.allComments.update(numberParam(call, 'comment_id'), bodyOf(call))
  return ok(commentFacts(call.github, repository, comment))
}

function existing(repository: Repository, call: Call): number {
  const number = numberParam(call, 'issue_number')
  if (!repository.pulls.some((pull) => pull.number === number)) throw notFound()
  return number
}

const bodyOf = (call: Call) => (call.body as JsonObject).body as string
