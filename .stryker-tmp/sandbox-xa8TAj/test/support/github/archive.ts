/**
 * The second origin, where archives are: the API answers a 302 to here with a token in the address, good once. An
 * `Authorization` header that came along would have left GitHub's API for another host: a violation.
 * https://docs.github.com/en/rest/repos/contents#download-a-repository-archive-tar
 */
// @ts-nocheck

import { randomBytes } from 'node:crypto'
import { type Answer, notFound } from './answer.ts'
import type { Repository } from './repository.ts'

export class Archives {
  readonly #granted = new Map<string, { repository: Repository; sha: string }>()

  /** Path and query of a download of this commit. */
  grant(repository: Repository, sha: string): string {
    const token = randomBytes(16).toString('hex')
    this.#granted.set(token, { repository, sha })
    return `/${repository.fullName}/legacy.tar.gz/${sha}?token=${token}`
  }

  /** Throws `Refusal` 404 for a token that is unknown or used up. */
  download(url: URL): Answer {
    const token = url.searchParams.get('token') ?? ''
    const granted = this.#granted.get(token)
    if (!granted) throw notFound()
    this.#granted.delete(token)
    const { repository, sha } = granted
    const prefix = `${repository.owner}-${repository.name}-${sha}`
    const headers = {
      'content-type': 'application/x-gzip',
      'content-disposition': `attachment; filename=${prefix}.tar.gz`,
    }
    return { status: 200, headers, body: repository.git.archive(sha, prefix) }
  }
}
