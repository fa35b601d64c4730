/**
 * Installations and repositories that no event told us of: the database is new or restored, the app was installed before
 * this server was there, or deliveries were forgotten. All installations are listed at the start and once a day; the
 * repositories of each once a day, so at the start only where that was a day ago or longer, or never.
 *
 * Conditional requests would save nothing: an `ETag` holds for one token, the app's is another with each request and an
 * installation's with each hour.
 */
import { Forbidden, NotFound } from '../../scan/errors.ts'
import type { Intent, RepositoryFacts } from '../../scan/ports/intents.ts'
import type { KnownInstallation, Listing, Unlisted } from '../../scan/ports/reconcile.ts'
import type { Sweep } from '../../scan/ports/sweeps.ts'
import { logTrouble } from '../../scan/trouble.ts'
import type { Purpose } from '../governor.ts'
import type { GitHubClient } from '../octokit.ts'
import { installation as installationFacts, repository as repositoryFacts } from '../payloads.ts'
import type { Reconciled } from './index.ts'

const DAY = 24 * 60 * 60_000
/** How soon an installation is listed whose turn has come, and one that could not be listed is tried again; ms. */
const EVERY_MS = 5 * 60_000
const PAGE = 100

/** Nobody waits for these requests. */
const REQUEST = { purpose: 'sweep' satisfies Purpose }

/** When installations were listed last; ms since 1970. Which of their repositories were is in the rows. */
interface Cursor {
  listedAt: number
}

type Parts = Pick<Reconciled, 'app' | 'clientOf' | 'discovery' | 'onScans' | 'now' | 'log'>

export function sweepInstallations(parts: Parts): Sweep {
  const { discovery, now, log } = parts
  const started = now()
  return {
    name: 'installations',
    everyMs: EVERY_MS,
    atStart: true,
    async run(cursor, signal) {
      let { listedAt } = (cursor as Cursor | null) ?? { listedAt: 0 }
      if (listedAt < Math.max(started, now() - DAY)) {
        listedAt = now()
        await findInstallations(parts, signal)
      }
      for (const installation of await discovery.unlisted(DAY)) {
        signal.throwIfAborted()
        try {
          await findRepositories(installation, parts)
        } catch (error) {
          // Suspended or removed by now: the event will say so, or the next list of installations.
          if (error instanceof Forbidden || error instanceof NotFound) await discovery.pass(installation)
          else
            logTrouble(
              log,
              'warn',
              { installation: installation.id, err: error },
              'repositories could not be listed; soon again',
            )
        }
      }
      return { listedAt } satisfies Cursor
    },
  }
}

type Learnt = Extract<Intent, { type: 'installation' }>

/** https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app */
async function findInstallations({ app, discovery, log }: Parts, signal: AbortSignal): Promise<void> {
  const client = await app.client()
  // Before GitHub is asked: what comes while its answer is on the way is no news.
  const known = new Map((await discovery.installations()).map((installation) => [installation.id, installation]))
  const listed = new Set<bigint>()
  const intents: Learnt[] = []
  for await (const { data } of client.paginate.iterator(client.rest.apps.listInstallations, { per_page: PAGE })) {
    signal.throwIfAborted()
    for (const raw of data) {
      listed.add(BigInt(raw.id))
      const intent = asListed(raw)
      const before = known.get(BigInt(raw.id))
      if (intent && !before) intents.push(intent)
      if (intent && before && !isSame(before, intent)) intents.push(await asItIs(before, client))
    }
  }
  for (const [id, before] of known) {
    signal.throwIfAborted()
    if (!listed.has(id)) intents.push(await asItIs(before, client))
  }
  if (intents.length === 0) return
  await discovery.learn(intents)
  const told = intents.map((intent) => `${intent.installation.account}: ${intent.state}`)
  log.info({ installations: told }, 'installations are other than events have told')
}

/** Null for what an event could not say either. */
function asListed(raw: { suspended_at: string | null }): Learnt | null {
  const { success, data } = installationFacts.safeParse(raw)
  return success ? { type: 'installation', installation: data, state: stateOf(raw) } : null
}

const stateOf = ({ suspended_at }: { suspended_at: string | null }) => (suspended_at ? 'suspended' : 'active')

const isSame = ({ account, suspended }: KnownInstallation, { installation, state }: Learnt) =>
  account === installation.account && suspended === (state === 'suspended')

/**
 * The list may be older than an event that was heard of meanwhile, and one that is read page by page may leave one out: so
 * each change is asked for by itself. A removal is final. https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app
 */
async function asItIs({ suspended: _, ...known }: KnownInstallation, client: GitHubClient): Promise<Learnt> {
  try {
    const { data } = await client.rest.apps.getInstallation({ installation_id: Number(known.id) })
    return asListed(data) ?? { type: 'installation', installation: known, state: stateOf(data) }
  } catch (error) {
    if (error instanceof NotFound) return { type: 'installation', installation: known, state: 'removed' }
    throw error
  }
}

async function findRepositories(installation: Unlisted, { clientOf, discovery, onScans, log }: Parts): Promise<void> {
  const listing = await repositoriesOf(await clientOf(installation.id))
  const { queued, added, removed } = await discovery.listed(installation, listing)
  if (queued) onScans()
  if (added + removed > 0) {
    log.info({ installation: installation.id, added, removed }, 'repositories came or went that no event told of')
  }
}

/**
 * "total_count" tells whether the list has changed between two pages: then one may have slipped from the second to the
 * first. https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation
 */
async function repositoriesOf(client: GitHubClient): Promise<Listing> {
  const repositories = new Map<bigint, RepositoryFacts>()
  const all = new Set<bigint>()
  const totals = new Set<number>()
  for (let page = 1; ; page++) {
    const { data } = await client.rest.apps.listReposAccessibleToInstallation({
      ...{ per_page: PAGE, page },
      request: REQUEST,
    })
    totals.add(data.total_count)
    for (const raw of data.repositories) {
      all.add(BigInt(raw.id))
      const { success, data: facts } = repositoryFacts.safeParse(raw)
      if (success) repositories.set(facts.id, facts)
    }
    if (data.repositories.length < PAGE) break
  }
  const whole = totals.size === 1 && totals.has(all.size)
  return { repositories: [...repositories.values()], all: whole ? [...all] : null }
}
