import { createRequire } from 'node:module'
import { EVENTS, toIntents } from '../../src/github/intents.ts'
import { BadPayload } from '../../src/github/payloads.ts'
import type { Intent, ScanRequested } from '../../src/scan/ports/intents.ts'

type Payload = Record<string, unknown>
interface Examples {
  name: string
  examples: Payload[]
}
const EXAMPLES = createRequire(import.meta.url)('@octokit/webhooks-examples') as Examples[]

const A = 'a'.repeat(40)
const B = 'b'.repeat(40)
const NONE = '0'.repeat(40)

const repository = {
  id: 7,
  name: 'device',
  full_name: 'acme/device',
  private: true,
  default_branch: 'main',
  archived: false,
}
const facts = { id: 7n, owner: 'acme', name: 'device', private: true, defaultBranch: 'main', archived: false }
const installation = { id: 42 }

const given = (event: string, payload: Payload) => toIntents(event, { installation, repository, ...payload })
const scans = (intents: Intent[]) => intents.filter((intent): intent is ScanRequested => intent.type === 'scan')

describe('every example payload of GitHub', () => {
  const ours = EXAMPLES.filter(({ name }) => (EVENTS as string[]).includes(name))

  it('covers every event that is handled', () => {
    expect(ours.map(({ name }) => name).sort()).toEqual([...EVENTS].sort())
  })

  const table = ours.flatMap(({ name, examples }) =>
    examples.map((payload, index) => [name, String(payload.action ?? ''), index, payload] as const),
  )
  it.each(table)('%s %s (%i) is understood', (name, _action, _index, payload) => {
    const intents = toIntents(name, { installation, ...payload })
    for (const { headSha } of scans(intents)) expect(headSha ?? A).toMatch(/^[0-9a-f]{40}$/)
  })

  it('asks for the expected work, by event and action', () => {
    const asked: Record<string, string[]> = {}
    for (const [name, action, , payload] of table) {
      const intents = toIntents(name, { installation, ...payload })
      const types = intents.map(({ type }) => type)
      if (types.length > 0) asked[[name, action].filter(Boolean).join('.')] = types
    }
    expect(asked).toEqual({
      push: ['scan'],
      'pull_request.opened': ['scan'],
      'pull_request.reopened': ['scan'],
      'pull_request.synchronize': ['scan'],
      'pull_request.ready_for_review': ['scan'],
      'pull_request.closed': ['pull'],
      'check_suite.requested': ['scan'],
      'check_suite.rerequested': ['scan'],
      'merge_group.checks_requested': ['scan'],
      'installation.created': ['installation', 'repositories', 'first_scans'],
      'installation.deleted': ['installation'],
      'installation.suspend': ['installation'],
      'installation.unsuspend': ['installation'],
      'installation.new_permissions_accepted': ['installation'],
      'installation_repositories.added': ['repositories', 'first_scans'],
      'installation_repositories.removed': ['repositories'],
      'repository.renamed': ['repository'],
      'repository.transferred': ['repository'],
      'repository.privatized': ['repository'],
      'repository.publicized': ['repository'],
      'repository.edited': ['repository', 'scan'],
      'github_app_authorization.revoked': ['person'],
      'member.added': ['access'],
      'member.edited': ['access'],
      'membership.added': ['access'],
      'membership.removed': ['access'],
      'organization.member_added': ['access'],
      'team.added_to_repository': ['access'],
      'team.deleted': ['access'],
      'team.edited': ['access'],
      'team.removed_from_repository': ['access'],
    })
  })
})

describe('people', () => {
  it('who take back what they allowed the app are named, though no installation is', () => {
    expect(toIntents('github_app_authorization', { action: 'revoked', sender: { id: 5 } })).toEqual([
      { type: 'person', person: 5n },
    ])
    expect(() => toIntents('github_app_authorization', { action: 'revoked' })).toThrow(BadPayload)
  })

  it('who join or leave change who may read what, in an installation', () => {
    expect(given('member', { action: 'removed' })).toEqual([{ type: 'access', installation: 42n }])
    expect(given('organization', { action: 'renamed' })).toEqual([])
    expect(toIntents('member', { action: 'removed' })).toEqual([])
  })
})

describe('push', () => {
  const push = (payload: Payload) => given('push', { ref: 'refs/heads/main', after: A, deleted: false, ...payload })

  it('to the default branch is a scan of that branch itself', () => {
    expect(push({})).toEqual([
      {
        type: 'scan',
        installation: 42n,
        repository: facts,
        headSha: A,
        ref: 'main',
        baseRef: null,
        baseSha: null,
        pull: null,
        trigger: 'push',
        forced: false,
        onlyIfUnknown: false,
      },
    ])
  })

  it('to any other branch is compared with the default branch', () => {
    expect(push({ ref: 'refs/heads/feature/x' })).toMatchObject([{ headSha: A, ref: 'feature/x', baseRef: 'main' }])
  })

  it('that creates a branch without commits still has a head to check', () => {
    const created = { ref: 'refs/heads/new', created: true, before: NONE, commits: [], head_commit: null }
    expect(push(created)).toMatchObject([{ headSha: A, ref: 'new' }])
  })

  it('accepts commits of SHA-256 repositories', () => {
    expect(push({ after: 'c'.repeat(64) })).toMatchObject([{ headSha: 'c'.repeat(64) }])
  })

  it.each([
    ['a deleted branch', { deleted: true, after: NONE }],
    ['a deleted branch that only its SHA betrays', { after: NONE }],
    ['a tag', { ref: 'refs/tags/v1' }],
    ['a note', { ref: 'refs/notes/commits' }],
    ['a merge queue branch', { ref: `refs/heads/gh-readonly-queue/main/pr-1-${B}` }],
    ['a delivery for no installation', { installation: undefined }],
  ])('of %s asks for nothing', (_what, payload) => {
    expect(push(payload)).toEqual([])
  })
})

describe('pull_request', () => {
  const head = { ref: 'topic', sha: A, repo: { id: 7 } }
  const raw = { number: 5, state: 'open', updated_at: '2026-05-15T15:20:33Z', head, base: { ref: 'release' } }
  const pull = (action: string, change: Payload = {}, payload: Payload = {}) =>
    given('pull_request', { action, pull_request: { ...raw, ...change }, ...payload })

  it('is compared with its own base branch and carries its facts', () => {
    expect(pull('opened')).toMatchObject([
      {
        headSha: A,
        ref: 'topic',
        baseRef: 'release',
        trigger: 'pull_request',
        pull: {
          ...{ number: 5, headSha: A, headRef: 'topic', baseRef: 'release', open: true, opening: true },
          updatedAt: new Date('2026-05-15T15:20:33Z'),
        },
      },
    ])
  })

  it.each(['reopened', 'synchronize', 'ready_for_review'])('%s is no opening', (action) => {
    expect(pull(action)).toMatchObject([{ type: 'scan', pull: { open: true, opening: false } }])
  })

  it.each([
    ['a fork', { id: 8 }],
    ['a fork that is gone', null],
  ])('of %s is scanned in the base repository under its own ref', (_what, repo) => {
    const [scan] = scans(pull('opened', { head: { ...head, repo } }))
    expect(scan).toMatchObject({ repository: { id: 7n }, ref: 'refs/pull/5/head', headSha: A })
  })

  it('edited is scanned only when its base changed', () => {
    expect(pull('edited', {}, { changes: { title: { from: 'x' } } })).toEqual([])
    expect(pull('edited', {}, { changes: { base: { ref: { from: 'main' } } } })).toMatchObject([{ baseRef: 'release' }])
  })

  it('closed is remembered, not scanned', () => {
    expect(pull('closed', { state: 'closed' })).toMatchObject([{ type: 'pull', pull: { number: 5, open: false } }])
  })

  it('edited after it was closed is not scanned', () => {
    const edited = pull('edited', { state: 'closed' }, { changes: { base: {} } })
    expect(edited.map(({ type }) => type)).toEqual(['pull'])
  })

  it('labelled, or anything else, asks for nothing', () => {
    expect(pull('labeled')).toEqual([])
  })
})

describe('a check that somebody wants again', () => {
  const listed = (number: number, base: string, repo = 7) => ({
    number,
    head: { ref: 'topic', sha: A },
    base: { ref: base, repo: { id: repo } },
  })
  const run = (branch: string | null, pulls: unknown[] = [], change: Payload = {}, payload: Payload = {}) =>
    given('check_run', {
      action: 'rerequested',
      check_run: {
        name: 'ROSIE compliance',
        head_sha: A,
        pull_requests: pulls,
        check_suite: { head_branch: branch },
        ...change,
      },
      ...payload,
    })

  it('is forced, against each base that its pull requests name', () => {
    expect(run('topic', [listed(1, 'main'), listed(2, 'release')])).toMatchObject([
      { headSha: A, ref: 'topic', baseRef: 'main', forced: true, trigger: 'rerequested', pull: { number: 1 } },
      { headSha: A, ref: 'topic', baseRef: 'release', forced: true, pull: { number: 2, open: true, updatedAt: null } },
    ])
  })

  it.each([
    ['ada', 'ada'],
    ['dependabot[bot]', 'dependabot[bot]'],
    ['a b', null],
    [undefined, null],
  ])('names who asked: %s', (login, askedBy) => {
    expect(run(null, [], {}, login === undefined ? {} : { sender: { login } })).toMatchObject([
      { forced: true, askedBy },
    ])
  })

  it('without pull requests, as for forks, is compared with the default branch', () => {
    expect(run(null)).toMatchObject([{ headSha: A, ref: null, baseRef: 'main', pull: null }])
  })

  it('on the default branch is a scan of that branch, beside those of its pull requests', () => {
    expect(run('main')).toMatchObject([{ ref: 'main', baseRef: null }])
    expect(run('main', [listed(1, 'release')])).toMatchObject([{ baseRef: null }, { baseRef: 'release' }])
  })

  it('in a merge queue is compared with the branch it is queued for', () => {
    expect(run(`gh-readonly-queue/release/2/pr-9-${B}`)).toMatchObject([{ baseRef: 'release/2' }])
  })

  it('leaves pull requests into other repositories alone', () => {
    expect(run('topic', [listed(1, 'release', 99)])).toMatchObject([{ baseRef: 'main', pull: null }])
  })

  it('is ours only by name and button', () => {
    expect(run('topic', [], { name: 'lint' })).toEqual([])
    const pressed = (identifier: string) => ({ action: 'requested_action', requested_action: { identifier } })
    expect(run('topic', [], {}, pressed('merge'))).toEqual([])
    expect(run('topic', [], {}, pressed('rescan'))).toMatchObject([{ forced: true, trigger: 'requested_action' }])
    expect(run('topic', [], {}, { action: 'completed' })).toEqual([])
  })

  const suite = (action: string, branch: string | null) =>
    given('check_suite', { action, check_suite: { head_sha: A, head_branch: branch, pull_requests: [] } })

  it('as a whole suite is forced when a person asks, and a fallback when GitHub does', () => {
    expect(suite('rerequested', 'topic')).toMatchObject([{ forced: true, onlyIfUnknown: false }])
    expect(suite('requested', 'topic')).toMatchObject([{ forced: false, onlyIfUnknown: true, trigger: 'check_suite' }])
    expect(suite('requested', `gh-readonly-queue/main/pr-1-${B}`)).toEqual([])
    expect(suite('completed', 'topic')).toEqual([])
  })
})

describe('merge_group', () => {
  const queue = `gh-readonly-queue/main/pr-1-${B}`
  const group = { head_sha: A, head_ref: `refs/heads/${queue}`, base_sha: B, base_ref: 'refs/heads/main' }

  it('fixes its own base commit', () => {
    expect(given('merge_group', { action: 'checks_requested', merge_group: group })).toMatchObject([
      { headSha: A, ref: queue, baseRef: 'main', baseSha: B, trigger: 'merge_group' },
    ])
  })

  it('that is destroyed asks for nothing', () => {
    expect(given('merge_group', { action: 'destroyed', merge_group: group })).toEqual([])
  })
})

describe('installations and repositories', () => {
  const account = { login: 'acme', type: 'Organization' }
  const listed = { id: 7, name: 'device', full_name: 'acme/device', private: true }
  const named = { id: 7n, owner: 'acme', name: 'device', private: true }

  it('a new installation has its repositories scanned for the first time', () => {
    const created = { action: 'created', installation: { id: 42, account }, repositories: [listed] }
    expect(toIntents('installation', created)).toMatchObject([
      {
        type: 'installation',
        state: 'active',
        installation: { id: 42n, account: 'acme', accountType: 'Organization' },
      },
      { type: 'repositories', installation: 42n, added: [named], removed: [] },
      { type: 'first_scans', installation: 42n, repositories: [7n], trigger: 'installation' },
    ])
  })

  it('belongs to an enterprise as well', () => {
    const payload = {
      action: 'created',
      installation: { id: 42, account: { slug: 'acme-corp' }, target_type: 'Enterprise' },
    }
    expect(toIntents('installation', payload)).toEqual([
      {
        type: 'installation',
        state: 'active',
        installation: { id: 42n, account: 'acme-corp', accountType: 'Enterprise' },
      },
    ])
  })

  it.each([
    ['suspend', 'suspended'],
    ['unsuspend', 'active'],
    ['new_permissions_accepted', 'active'],
    ['deleted', 'removed'],
  ])('%s makes it %s', (action, state) => {
    const payload = { action, installation: { id: 42, account }, repositories: [listed] }
    expect(toIntents('installation', payload)).toMatchObject([{ type: 'installation', state }])
  })

  it('repositories come and go', () => {
    const lists = (added: unknown[], removed: unknown[]) => ({
      repositories_added: added,
      repositories_removed: removed,
    })
    expect(given('installation_repositories', { action: 'added', ...lists([listed], []) })).toMatchObject([
      { type: 'repositories', added: [named], removed: [] },
      { type: 'first_scans', installation: 42n, repositories: [7n], trigger: 'installation_repositories' },
    ])
    expect(given('installation_repositories', { action: 'removed', ...lists([], [listed]) })).toEqual([
      { type: 'repositories', installation: 42n, added: [], removed: [7n] },
    ])
  })

  it.each([
    ['renamed', {}, 'active'],
    ['transferred', {}, 'active'],
    ['unarchived', {}, 'active'],
    ['archived', { archived: true }, 'archived'],
    ['privatized', { archived: true }, 'archived'],
    ['deleted', {}, 'removed'],
  ])('%s (%o) makes a repository %s', (action, change, state) => {
    const intents = given('repository', { action, repository: { ...repository, ...change } })
    expect(intents).toEqual([{ type: 'repository', installation: 42n, repository: { ...facts, ...change }, state }])
  })

  it('a new default branch is scanned, a new description is not', () => {
    const edited = (changes: Payload) => given('repository', { action: 'edited', changes })
    expect(edited({ default_branch: { from: 'master' } })).toMatchObject([
      { type: 'repository', repository: { defaultBranch: 'main' } },
      { type: 'scan', headSha: null, baseRef: null },
    ])
    expect(edited({ description: { from: 'x' } })).toEqual([])
  })
})

describe('a payload that is not what GitHub promises', () => {
  const push = { ref: 'refs/heads/main', after: A }
  it.each([
    ['nothing at all', 'push', null, ''],
    ['an id too large to be exact', 'push', { ...push, installation: { id: 2 ** 53 } }, 'installation.id'],
    ['a head that is an option', 'push', { ...push, installation, repository, after: '--upload-pack' }, 'after'],
    ['a ref with a line break', 'push', { ...push, installation, repository, ref: 'refs/heads/a\nb' }, 'ref'],
    [
      'a name that climbs',
      'push',
      { ...push, installation, repository: { ...repository, full_name: 'a/..' } },
      'repository.full_name',
    ],
    [
      'an owner that climbs',
      'push',
      { ...push, installation, repository: { ...repository, full_name: '../a' } },
      'repository.full_name',
    ],
    [
      'no account',
      'installation',
      { action: 'deleted', installation: { id: 1, account: {} } },
      'installation.account.login',
    ],
    ['no lists', 'installation_repositories', { action: 'added', installation }, 'repositories_added'],
  ])('%s is refused by event and field', (_what, event, payload, field) => {
    expect(() => toIntents(event, payload)).toThrow(BadPayload)
    expect(() => toIntents(event, payload)).toThrow(expect.objectContaining({ event, field }))
  })

  it('of an event we do not handle is never read', () => {
    expect(toIntents('ping', null)).toEqual([])
    expect(toIntents('constructor', null)).toEqual([])
  })
})
