/**
 * Heads that no event told us of: the default branch and the open pull requests of each repository, asked with conditional
 * requests, a few repositories at a time. "Making a conditional request does not count against your primary rate limit if
 * a 304 response is returned", docs.github.com, "Best practices for using the REST API". An `ETag` holds for one token
 * (github/docs issue 34689), and an installation's token for an hour: at worst, each look costs two requests.
 */
import { Forbidden, NotFound, RateLimited } from '../../scan/errors.ts'
import type { SeenHeads, SeenPull, SweptRepository } from '../../scan/ports/reconcile.ts'
import type { Sweep } from '../../scan/ports/sweeps.ts'
import { logTrouble } from '../../scan/trouble.ts'
import { NotModified } from '../errors.ts'
import type { Purpose } from '../governor.ts'
import { headRefOf, pullFacts } from '../intents.ts'
import type { GitHubClient } from '../octokit.ts'
import { pullRequest } from '../payloads.ts'
import type { Reconciled } from './index.ts'
import { cancelStrangers } from './strangers.ts'

/** A thousand repositories in fifty minutes. */
const A_ROUND = 10
const EVERY_MS = 30_000
/**
 * A repository is looked at once in so long, and once after each start; ms. What GitHub can send again is here within
 * minutes, so this is for what it has forgotten: a thousand repositories cost at most 500 requests an hour.
 */
const AGAIN_AFTER = 4 * 60 * 60_000
/** One that could not be asked comes round again after this; ms. */
const TRIED_AGAIN = 2 * 60_000
const PAGE = 100

/** Nobody waits for these requests. */
const REQUEST = { purpose: 'sweep' satisfies Purpose }

type Parts = Pick<Reconciled, 'app' | 'clientOf' | 'heads' | 'checks' | 'onScans' | 'now' | 'log'>

export function sweepHeads(parts: Parts): Sweep {
  const { heads, now } = parts
  const started = now()
  /** Repositories that could not be asked, and until when that is let be. */
  const resting = new Map<bigint, number>()
  return {
    name: 'heads',
    everyMs: EVERY_MS,
    atStart: true,
    async run(_, signal) {
      for (const [id, until] of resting) if (until <= now()) resting.delete(id)
      const sinceStart = Math.min(AGAIN_AFTER, now() - started)
      for (const repository of await heads.due(A_ROUND, sinceStart, [...resting.keys()])) {
        signal.throwIfAborted()
        const rests = await look(repository, parts)
        if (rests !== null) resting.set(repository.id, rests)
      }
      return null
    },
  }
}

/** Answers until when the repository is let be, where GitHub gave no answer; null where it did. */
async function look(repository: SweptRepository, parts: Parts): Promise<number | null> {
  const { heads, log, now } = parts
  try {
    await sweep(repository, parts)
    return null
  } catch (error) {
    if (error instanceof RateLimited) return Math.max(error.until.getTime(), now())
    // Gone, empty or out of reach: the next look is as soon as at any other.
    const refused = error instanceof NotFound || error instanceof Forbidden
    if (refused) await heads.pass(repository.id)
    else
      logTrouble(
        log,
        'warn',
        { repository: fullName(repository), err: error },
        'heads could not be looked at; soon again',
      )
    return refused ? null : now() + TRIED_AGAIN
  }
}

async function sweep(repository: SweptRepository, parts: Parts): Promise<void> {
  const { clientOf, heads, onScans, log } = parts
  const client = await clientOf(repository.installationId)
  const head = await tipOf(repository, client)
  const pulls = await pullsOf(repository, client, await heads.openPulls(repository.id))
  const seen = { head, pulls }
  // Before the heads are known: afterwards nobody would look at them again.
  for (const sha of await heads.unscanned(repository, seen)) await cancelStrangers(repository, sha, client, parts)
  const queued = await heads.learn(repository, seen)
  if (queued.length === 0) return
  onScans()
  log.info({ repository: fullName(repository), heads: queued }, 'heads that no event told of are scanned')
}

const fullName = ({ owner, name }: SweptRepository) => `${owner}/${name}`

/**
 * The newest commit of the default branch, whatever it is called now: "`sha` … Default: the repository's default branch".
 * https://docs.github.com/en/rest/commits/commits#list-commits
 */
async function tipOf({ owner, name, headEtag }: SweptRepository, client: GitHubClient): Promise<SeenHeads['head']> {
  const answer = await unlessSame(() =>
    client.rest.repos.listCommits({ owner, repo: name, per_page: 1, ...conditional(headEtag), request: REQUEST }),
  )
  const sha = answer?.data[0]?.sha
  return answer && sha ? { sha, etag: answer.headers.etag ?? null } : null
}

/**
 * The most recently changed first, so that any news changes the first page, whose name stands for all of them. A list of
 * several pages may shift while it is read: what is missing there is looked up before it counts as closed.
 * https://docs.github.com/en/rest/pulls/pulls#list-pull-requests
 */
async function pullsOf(
  repository: SweptRepository,
  client: GitHubClient,
  known: readonly number[],
): Promise<SeenHeads['pulls']> {
  const target = { owner: repository.owner, repo: repository.name, request: REQUEST }
  const list = { ...target, state: 'open', sort: 'updated', direction: 'desc', per_page: PAGE } as const
  const first = await unlessSame(() => client.rest.pulls.list({ ...list, ...conditional(repository.pullsEtag) }))
  if (!first) return null
  const open: unknown[] = [...first.data]
  for (let page = 2; open.length === (page - 1) * PAGE; page++) {
    open.push(...(await client.rest.pulls.list({ ...list, page })).data)
  }
  const seen = open.flatMap((raw) => seenPull(raw, repository))
  const listed = new Set(seen.map(({ facts }) => facts.number))
  for (const number of known.filter((each) => !listed.has(each))) {
    const { data } = await client.rest.pulls.get({ ...target, pull_number: number })
    seen.push(...seenPull(data, repository))
  }
  return { seen, etag: first.headers.etag ?? null }
}

/** What an event could not say either is left out. */
function seenPull(raw: unknown, repository: Pick<SweptRepository, 'id'>): SeenPull[] {
  const { success, data } = pullRequest.safeParse(raw)
  return success ? [{ facts: pullFacts(data), ref: headRefOf(data, repository) }] : []
}

const conditional = (etag: string | null) => (etag === null ? {} : { headers: { 'if-none-match': etag } })

/** Null: nothing has changed. */
async function unlessSame<Answer>(ask: () => Promise<Answer>): Promise<Answer | null> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof NotModified) return null
    throw error
  }
}
