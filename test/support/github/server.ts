/** The two listeners: GitHub itself (REST, GraphQL, a little of the web) and the archive host. */
import { randomUUID } from 'node:crypto'
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Answer, invalid, Refusal } from './answer.ts'
import type { Routes } from './call.ts'
import type { LoggedRequest } from './faults.ts'
import type { GitHub } from './github.ts'
import { answerGraphQL } from './graphql.ts'
import type { Json } from './json.ts'
import { answerProblems, findOperation, requestProblems } from './openapi.ts'
import { appRoutes } from './routes/app.ts'
import { checkRoutes } from './routes/checks.ts'
import { commentRoutes } from './routes/comments.ts'
import { commitRoutes } from './routes/commits.ts'
import { compareRoutes } from './routes/compare.ts'
import { gitDataRoutes } from './routes/git-data.ts'
import { peopleRoutes } from './routes/people.ts'
import { repositoryRoutes } from './routes/repositories.ts'
import { answerWeb } from './web.ts'

const ROUTES: Routes = {
  ...appRoutes,
  ...checkRoutes,
  ...commentRoutes,
  ...commitRoutes,
  ...compareRoutes,
  ...gitDataRoutes,
  ...peopleRoutes,
  ...repositoryRoutes,
}
const TOKENS = 'POST /app/installations/{installation_id}/access_tokens'

/** GitHub Enterprise Server has REST below `/api/v3`. https://docs.github.com/en/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api */
export const REST = '/api/v3'
const GRAPHQL = '/api/graphql'

type Door = (request: LoggedRequest, incoming: IncomingMessage, body: string) => Promise<Answer>

export class Servers {
  readonly #github: GitHub
  readonly #main: HttpServer
  readonly #archives: HttpServer

  constructor(github: GitHub) {
    this.#github = github
    this.#main = createServer((incoming, response) => this.#serve(incoming, response, this.#answer))
    this.#archives = createServer((incoming, response) => this.#serve(incoming, response, this.#archive))
  }

  /** Both on free ports of the loopback interface. */
  async listen(): Promise<{ host: string; archiveHost: string }> {
    const [host, archiveHost] = await Promise.all([listen(this.#main), listen(this.#archives)])
    return { host, archiveHost }
  }

  async close(): Promise<void> {
    await Promise.all([close(this.#main), close(this.#archives)])
  }

  /** The way of every request: noted, delayed, refused or applied, then answered or lost. */
  async #serve(incoming: IncomingMessage, response: ServerResponse, door: Door): Promise<void> {
    const github = this.#github
    const url = incoming.url ?? '/'
    const path = url.startsWith(REST) ? url.slice(REST.length) : url
    const request: LoggedRequest = {
      method: incoming.method ?? '',
      route: null,
      path,
      kind: 'web',
      installation: github.access.holder(incoming.headers.authorization),
      at: new Date(),
      status: 0,
      bytes: 0,
    }
    github.requests.push(request)
    try {
      const answer = await door(request, incoming, await textOf(incoming))
      if (github.faults.losesAnswer(request)) return void incoming.socket.destroy()
      await send(request, response, answer, github)
    } catch (error) {
      // Whoever asked was killed in the middle of its request.
      if (incoming.errored) return
      github.violation(
        `${request.method} ${request.path}`,
        `the stand-in failed: ${error instanceof Error ? error.stack : error}`,
      )
      response.destroy()
    }
  }

  #answer: Door = async (request, incoming, body) => {
    try {
      const url = incoming.url ?? '/'
      if (url.startsWith(`${REST}/`)) return await this.#rest(request, incoming, body)
      if (url === GRAPHQL) return await this.#graphql(request, incoming, body)
      return answerWeb(this.#github, incoming, body)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (error.mistake) this.#github.violation(`${request.method} ${request.path}`, error.message)
      return error.answer
    }
  }

  async #rest(request: LoggedRequest, incoming: IncomingMessage, text: string): Promise<Answer> {
    const github = this.#github
    const url = new URL(request.path, 'http://github')
    const match = findOperation(request.method, url.pathname)
    const route = match && ROUTES[match.route]
    Object.assign(request, {
      kind: match?.route === TOKENS ? 'token' : 'api',
      route: match?.route ?? null,
      body: jsonOf(text),
    })
    const refused = github.rate.refuse(request) ?? (await github.faults.before(request))
    if (refused) return refused
    refuseAnonymous(incoming)
    if (!match || !route) throw new Refusal(404, 'Not Found: the stand-in has no such route', { mistake: true })
    const query = Object.fromEntries(url.searchParams)
    const call = { github, url, params: match.params, query, body: request.body, headers: incoming.headers }
    const run = await route(call)
    const problems = requestProblems(match, query, request.body)
    if (problems.length > 0) throw invalid(problems)
    const answer = await run()
    if (github.checksAnswers && isJson(answer.body)) {
      for (const problem of answerProblems(match, answer.status, answer.body))
        github.violation(match.route, `own answer: ${problem}`)
    }
    return answer
  }

  async #graphql(request: LoggedRequest, incoming: IncomingMessage, text: string): Promise<Answer> {
    Object.assign(request, { kind: 'api', route: 'POST /graphql', path: '/graphql', body: jsonOf(text) })
    const refused = this.#github.rate.refuse(request) ?? (await this.#github.faults.before(request))
    if (refused) return refused
    refuseAnonymous(incoming)
    const grant = this.#github.access.grant(incoming.headers.authorization)
    return answerGraphQL(this.#github, grant, request.body)
  }

  #archive: Door = async (request, incoming) => {
    Object.assign(request, { kind: 'archive', route: 'GET codeload' })
    if (incoming.headers.authorization)
      this.#github.violation('GET codeload', 'credentials were sent to the archive host')
    try {
      const refused = await this.#github.faults.before(request)
      return refused ?? this.#github.archives.download(new URL(request.path, 'http://codeload'))
    } catch (error) {
      if (error instanceof Refusal) return error.answer
      throw error
    }
  }
}

/** "All API requests must include a valid User-Agent header." https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent */
function refuseAnonymous({ headers }: IncomingMessage): void {
  if (!headers['user-agent'])
    throw new Refusal(
      403,
      'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.',
      { mistake: true },
    )
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function jsonOf(text: string): Json | undefined {
  if (text === '') return undefined
  try {
    return JSON.parse(text) as Json
  } catch {
    throw new Refusal(400, 'Problems parsing JSON', { mistake: true })
  }
}

const isJson = (body: Answer['body']): body is Json =>
  body !== undefined && !Buffer.isBuffer(body) && !(body instanceof Readable)

async function send(
  request: LoggedRequest,
  response: ServerResponse,
  { status, headers, body }: Answer,
  github: GitHub,
): Promise<void> {
  request.status = status
  const plain = isJson(body) ? Buffer.from(JSON.stringify(body)) : body
  const type = isJson(body) ? { 'content-type': 'application/json; charset=utf-8' } : {}
  response.writeHead(status, { ...type, ...rateHeaders(request, github), ...headers })
  if (plain instanceof Readable) {
    plain.on('data', (chunk: Buffer) => {
      request.bytes += chunk.length
    })
    return pipeline(plain, response).catch(() => {}) // a caller may stop reading an archive
  }
  request.bytes = plain?.length ?? 0
  response.end(plain)
}

function rateHeaders(request: LoggedRequest, { rate }: GitHub): Record<string, string> {
  if (request.kind !== 'api' && request.kind !== 'token') return {}
  return { 'x-github-request-id': randomUUID(), ...rate.headers(request) }
}

function listen(server: HttpServer): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`))
  })
}

function close(server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
