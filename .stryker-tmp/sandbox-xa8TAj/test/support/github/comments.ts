/** Comments on issues and pull requests, with every text they ever had. https://docs.github.com/en/rest/issues/comments */
// @ts-nocheck

import { invalid, notFound } from './answer.ts'
import type { App } from './app.ts'
import { moment } from './json.ts'
import { commentProblems } from './limits.ts'

export interface Comment {
  id: number
  /** Of the issue or pull request. */
  number: number
  /** `slug[bot]` when an app wrote it. */
  login: string
  app: App | null
  body: string
  /** All texts in order, the first included. */
  history: string[]
  createdAt: string
  updatedAt: string
}

export class Comments {
  readonly all: Comment[] = []
  readonly #nextId: () => number

  constructor(nextId: () => number) {
    this.#nextId = nextId
  }

  /** In the order of their ids, as GitHub lists them. */
  on(number: number): Comment[] {
    return this.all.filter((comment) => comment.number === number)
  }

  /** Throws `Refusal` 404 for an unknown id. */
  get(id: number): Comment {
    const comment = this.all.find((candidate) => candidate.id === id)
    if (!comment) throw notFound()
    return comment
  }

  create(number: number, body: string, author: { login: string; app: App | null }): Comment {
    refuseProblems(body)
    const now = moment()
    const comment = { id: this.#nextId(), number, ...author, body, history: [body], createdAt: now, updatedAt: now }
    this.all.push(comment)
    return comment
  }

  update(id: number, body: string): Comment {
    const comment = this.get(id)
    refuseProblems(body)
    comment.body = body
    comment.history.push(body)
    comment.updatedAt = moment()
    return comment
  }

  delete(id: number): void {
    this.all.splice(this.all.indexOf(this.get(id)), 1)
  }
}

function refuseProblems(body: string): void {
  const problems = commentProblems(body)
  if (problems.length > 0) throw invalid(problems)
}
