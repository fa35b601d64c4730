/**
 * The parts of webhook payloads that rosie-guard reads, as GitHub describes them in
 * https://docs.github.com/webhooks/webhook-events-and-payloads. Whoever can write to a repository chooses most of these
 * values, so each one is checked for its form before anything uses it, and everything else is dropped.
 */
import { z } from 'zod'
import { DomainError } from '../scan/errors.ts'
import type { InstallationFacts, PullRequestFacts, RepositoryFacts } from '../scan/ports/intents.ts'

/** A payload that lacks what its event promises. */
export class BadPayload extends DomainError {
  override name = 'BadPayload'
  readonly event: string
  /** Dotted path of the first field that is wrong; empty for the payload itself. */
  readonly field: string
  constructor(event: string, field: string, problem: string) {
    super(`The payload of the ${event} event can't be used: ${field || 'payload'}: ${problem}`)
    this.event = event
    this.field = field
  }
}

/** Throws `BadPayload`. */
export function parsePayload<Schema extends z.ZodType>(
  event: string,
  schema: Schema,
  payload: unknown,
): z.infer<Schema> {
  const result = schema.safeParse(payload)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new BadPayload(event, issue?.path.join('.') ?? '', issue?.message ?? 'not understood')
}

const id = z.int().positive().transform(BigInt)
const number = z.int().positive()
const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, 'not a commit SHA')
/** What git allows in a ref, see git-check-ref-format(1): no control character, blank or `~^:?*[\`. */
const ref = z
  .string()
  .max(1024)
  .regex(/^[^\p{Cc}\s~^:?*[\\]+$/u, 'not a git ref')
const branchRef = ref.startsWith('refs/heads/').transform((full) => full.slice('refs/heads/'.length))
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text))
const name = z.string().regex(/^(?!\.{1,2}$)[\w.-]{1,100}$/, 'not a name GitHub gives')
const fullName = z.string().regex(/^(?!\.{1,2}\/)[\w.-]{1,100}\/(?!\.{1,2}$)[\w.-]{1,100}$/, 'not owner/name')

const repositoryFields = { id, full_name: fullName, private: z.boolean() }

function facts(raw: { id: bigint; full_name: string; private: boolean }): RepositoryFacts {
  const [owner = '', name = ''] = raw.full_name.split('/')
  return { id: raw.id, owner, name, private: raw.private }
}

/** A repository as lists name it: without its default branch. */
const repositoryInList = z.object(repositoryFields).transform(facts)

/** As events and the REST API show it. */
export const repository = z
  .object({ ...repositoryFields, default_branch: ref, archived: z.boolean().optional() })
  .transform((raw) => ({ ...facts(raw), defaultBranch: raw.default_branch, archived: raw.archived }))

/** What every event says: whom it is for and what happened. Only an app's own deliveries name an installation. */
export const envelope = z.object({
  action: z.string().optional(),
  installation: z.object({ id }).nullish(),
  /** Who did it. Where that can't be read, it was done nevertheless. */
  sender: z
    .object({ login: z.string().regex(/^[\w.-]{1,100}(\[bot\])?$/) })
    .nullish()
    .catch(null),
})

/** What somebody allowed an app is told to the app itself, of no installation. */
export const authorization = z.object({ sender: z.object({ id }) })

export const pushed = z.object({ ref, after: sha, deleted: z.boolean().optional(), repository })

/** As events and the REST API show it. */
export const pullRequest = z.object({
  number,
  state: z.enum(['open', 'closed']),
  updated_at: moment,
  /** `repo` is null once a fork is deleted. */
  head: z.object({ ref, sha, repo: z.object({ id }).nullable() }),
  base: z.object({ ref }),
})

export const pullRequested = z.object({
  repository,
  pull_request: pullRequest,
  changes: z.object({ base: z.unknown().optional() }).optional(),
})

/** An open pull request as check events list it. Those of forks are never listed. */
const listedPull = z
  .object({ number, head: z.object({ ref, sha }), base: z.object({ ref, repo: z.object({ id }) }) })
  .transform(({ number, head, base }) => ({
    repositoryId: base.repo.id,
    facts: {
      number,
      headSha: head.sha,
      headRef: head.ref,
      baseRef: base.ref,
      open: true,
      opening: false,
      updatedAt: null,
    } satisfies PullRequestFacts,
  }))

/** `head_branch` is null for commits of forks. */
const checked = { head_sha: sha, pull_requests: z.array(listedPull) }
const headBranch = ref.nullable()

export const checkRun = z.object({
  repository,
  check_run: z.object({ ...checked, name: z.string(), check_suite: z.object({ head_branch: headBranch }) }),
  requested_action: z.object({ identifier: z.string() }).nullish(),
})

export const checkSuite = z.object({
  repository,
  check_suite: z.object({ ...checked, head_branch: headBranch }),
})

export const mergeGroup = z.object({
  repository,
  merge_group: z.object({ head_sha: sha, head_ref: branchRef, base_sha: sha, base_ref: branchRef }),
})

/** As events and the REST API show it. An enterprise has a `slug` where users and organisations have a `login`, and no `type`. */
export const installation = z
  .object({
    id,
    account: z.object({ login: name.optional(), slug: name.optional(), type: z.string().max(40).optional() }),
    target_type: z.string().max(40).optional(),
  })
  .transform(({ id, account, target_type }, context): InstallationFacts => {
    const owner = account.login ?? account.slug
    if (owner === undefined) {
      context.addIssue({ code: 'custom', path: ['account', 'login'], message: 'missing' })
      return z.NEVER
    }
    return { id, account: owner, accountType: account.type ?? target_type ?? 'Enterprise' }
  })

export const installed = z.object({ installation, repositories: z.array(repositoryInList).optional() })

export const installationRepositories = z.object({
  repositories_added: z.array(repositoryInList),
  repositories_removed: z.array(z.object({ id })),
})

export const repositoryChanged = z.object({
  repository,
  changes: z.object({ default_branch: z.unknown().optional() }).optional(),
})
