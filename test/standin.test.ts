/** The stand-in GitHub behaves like GitHub where the app depends on it. Its own answers are held against GitHub's description. */
import { createPrivateKey } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { Octokit } from '@octokit/rest'
import { verify } from '@octokit/webhooks-methods'
import { SignJWT } from 'jose'
import { GitHub, type Repository } from './support/github/index.ts'

let github: GitHub
let repository: Repository
let octokit: Octokit

const pump = { owner: 'acme', repo: 'pump' }

beforeAll(async () => {
  github = await GitHub.start({ checksAnswers: true })
})
beforeEach(async () => {
  github.reset()
  for (const known of [...github.repositories]) github.forget(known)
  repository = await github.repository({
    owner: 'acme',
    name: 'pump',
    from: { 'README.md': '# Pump\n', 'src/a.ts': 'a\n' },
  })
  octokit = await client('acme')
  github.reset()
})
afterAll(() => github.close())

async function appClient(claims: { lifetime?: number; issuer?: string } = {}): Promise<Octokit> {
  const now = Math.floor(Date.now() / 1000)
  const jwt = await new SignJWT({
    iat: now - 60,
    exp: now + (claims.lifetime ?? 300),
    iss: claims.issuer ?? String(github.app.id),
  })
    .setProtectedHeader({ alg: 'RS256' })
    .sign(createPrivateKey(github.app.privateKey))
  return quiet(jwt)
}

async function client(owner: string, scope: { repositories?: string[] } = {}): Promise<Octokit> {
  const installation_id = github.installation(owner).id
  const { data } = await (await appClient()).rest.apps.createInstallationAccessToken({ installation_id, ...scope })
  return quiet(data.token)
}

const silent = () => {}
const quiet = (auth?: string) =>
  new Octokit({ baseUrl: github.apiUrl, auth, log: { debug: silent, info: silent, warn: silent, error: silent } })

const refusal = (status: number, message?: RegExp) =>
  expect.objectContaining({ status, ...(message && { message: expect.stringMatching(message) }) })

const annotation = (line: number) => ({
  path: 'README.md',
  start_line: line,
  end_line: line,
  annotation_level: 'failure' as const,
  message: `line ${line}`,
})
const annotations = (count: number) => Array.from({ length: count }, (_, index) => annotation(index + 1))
const head = async () => (await repository.tip('main')) ?? ''

async function openCheck() {
  const { data } = await octokit.rest.checks.create({
    ...pump,
    name: 'ROSIE compliance',
    head_sha: await head(),
    status: 'in_progress',
  })
  return data.id
}

describe('check runs', () => {
  it('append annotations, keep what an update leaves out, and remember every request', async () => {
    const check_run_id = await openCheck()
    const update = (output: object) =>
      octokit.rest.checks.update({ ...pump, check_run_id, output: { title: 't', summary: 's', ...output } })
    await update({ annotations: annotations(50), text: 'details' })
    await update({ annotations: annotations(2) })
    const { data } = await update({ summary: 'changed' })

    expect(data.output).toMatchObject({ annotations_count: 52, summary: 'changed', text: 'details' })
    const [check] = repository.checkRuns(await head())
    expect(check?.annotations.map(({ start_line }) => start_line)).toEqual(
      [...Array(50).keys(), 0, 1].map((line) => line + 1),
    )
    expect(check?.history).toHaveLength(4)
    const listed = await octokit.paginate(octokit.rest.checks.listAnnotations, { ...pump, check_run_id, per_page: 30 })
    expect(listed).toHaveLength(52)
    expect(github.violations).toEqual([])
  })

  it.each([
    ['51 annotations', { output: { title: 't', summary: 's', annotations: annotations(51) } }],
    ['a summary over 65,535 bytes', { output: { title: 't', summary: 'é'.repeat(33_000) } }],
    ['an annotation on line 0', { output: { title: 't', summary: 's', annotations: [annotation(0)] } }],
    [
      'an annotation that ends before it starts',
      { output: { title: 't', summary: 's', annotations: [{ ...annotation(3), end_line: 2 }] } },
    ],
    [
      'columns over several lines',
      { output: { title: 't', summary: 's', annotations: [{ ...annotation(3), end_line: 4, start_column: 1 }] } },
    ],
    [
      'an annotation without a path',
      { output: { title: 't', summary: 's', annotations: [{ ...annotation(3), path: '' }] } },
    ],
    [
      'an annotation title over 255 characters',
      { output: { title: 't', summary: 's', annotations: [{ ...annotation(3), title: 'x'.repeat(256) }] } },
    ],
    [
      'a message over 64 KB',
      { output: { title: 't', summary: 's', annotations: [{ ...annotation(3), message: 'x'.repeat(65_537) }] } },
    ],
    [
      'a fourth action',
      { actions: Array.from({ length: 4 }, () => ({ label: 'l', description: 'd', identifier: 'i' })) },
    ],
    ['a label over 20 characters', { actions: [{ label: 'x'.repeat(21), description: 'd', identifier: 'i' }] }],
    ['completion without a conclusion', { status: 'completed' }],
    ['a misspelt member', { sumary: 's' }],
  ])('refuse %s, note it, and change nothing', async (_, change) => {
    const check_run_id = await openCheck()
    const answer = octokit.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
      ...pump,
      check_run_id,
      ...(change as object),
    })

    await expect(answer).rejects.toEqual(refusal(422, /Invalid request/))
    expect(github.violations).toHaveLength(1)
    const [check] = repository.checkRuns(await head())
    expect(check).toMatchObject({ status: 'in_progress', annotations: [], actions: [] })
    expect(check?.history).toHaveLength(1)
  })

  it('refuse a completed creation without a conclusion', async () => {
    const creation = { ...pump, name: 'x', head_sha: await head(), completed_at: '2026-01-01T00:00:00Z' }
    await expect(octokit.rest.checks.create(creation)).rejects.toEqual(refusal(422, /conclusion/))
  })

  it('belong to the app that made them', async () => {
    const other = { id: 1, slug: 'other', name: 'Other' }
    const { id } = repository.checks.create({ name: 'ROSIE compliance', head_sha: await head() }, other)
    const change = octokit.rest.checks.update({ ...pump, check_run_id: id, status: 'in_progress' })
    await expect(change).rejects.toEqual(refusal(403, /Invalid app_id/))
  })

  it('refuse a head that is no commit of the repository', async () => {
    const answer = octokit.rest.checks.create({ ...pump, name: 'x', head_sha: 'f'.repeat(40) })
    await expect(answer).rejects.toEqual(refusal(422, /No commit found for SHA/))
  })

  it('take the status from a conclusion, and lose the conclusion when they start again', async () => {
    const check_run_id = await openCheck()
    const done = await octokit.rest.checks.update({ ...pump, check_run_id, conclusion: 'failure' })
    expect(done.data).toMatchObject({ status: 'completed', conclusion: 'failure', completed_at: expect.any(String) })
    const again = await octokit.rest.checks.update({ ...pump, check_run_id, status: 'in_progress' })
    expect(again.data).toMatchObject({ status: 'in_progress', conclusion: null, completed_at: null })
  })

  it('are listed by name and app, of one name only the latest unless all are asked for', async () => {
    const [first, second] = [await openCheck(), await openCheck()]
    const ids = async (filter?: 'all') => {
      const { data } = await octokit.rest.checks.listForRef({
        ...pump,
        ref: 'main',
        check_name: 'ROSIE compliance',
        app_id: github.app.id,
        filter,
      })
      return data.check_runs.map(({ id }) => id)
    }
    expect(await ids()).toEqual([second])
    expect(await ids('all')).toEqual([second, first])
    const other = await octokit.rest.checks.listForRef({ ...pump, ref: 'main', app_id: 1 })
    expect(other.data.total_count).toBe(0)
  })
})

describe('trees', () => {
  it('list files and folders with size, recursively or one level', async () => {
    const { data } = await octokit.rest.git.getTree({ ...pump, tree_sha: await head(), recursive: '1' })
    expect(data.tree.map(({ path, type, size }) => [path, type, size])).toEqual([
      ['README.md', 'blob', 7],
      ['src', 'tree', undefined],
      ['src/a.ts', 'blob', 2],
    ])
    expect(data.truncated).toBe(false)
    const folder = await octokit.rest.git.getTree({ ...pump, tree_sha: data.tree[1]?.sha ?? '' })
    expect(folder.data.tree.map(({ path }) => path)).toEqual(['a.ts'])
    expect(github.violations).toEqual([])
  })

  it.each([
    ['entries', { treeEntries: 2 }],
    ['bytes of JSON', { treeBytes: 400 }],
  ])('are cut at the limit of %s, and say so', async (_, limits) => {
    const before = { ...github.limits }
    Object.assign(github.limits, limits)
    const { data } = await octokit.rest.git.getTree({ ...pump, tree_sha: 'main', recursive: '1' })
    Object.assign(github.limits, before)
    expect(data).toMatchObject({ truncated: true })
    expect(data.tree.length).toBeLessThan(3)
  })

  it('take a commit of 20,000 files in seconds', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [`d${index % 100}/f${index}.md`, `${index}\n`]),
    )
    const started = Date.now()
    const sha = await repository.commit('main', files)
    expect(Date.now() - started).toBeLessThan(10_000)
    const { data } = await octokit.rest.git.getTree({ ...pump, tree_sha: sha, recursive: '1' })
    expect(data.tree.filter(({ type }) => type === 'blob')).toHaveLength(20_002)
  })

  it('know symbolic links, executables, deletions and awkward paths', async () => {
    const sha = await repository.commit('main', {
      'a "b"\\é.txt': Buffer.from([0, 255]),
      link: { symlink: 'README.md' },
      'run.sh': { executable: '#!/bin/sh\n' },
      'src/a.ts': null,
    })
    const { data } = await octokit.rest.git.getTree({ ...pump, tree_sha: sha, recursive: 'true' })
    expect(data.tree.map(({ path, mode }) => `${mode} ${path}`)).toEqual([
      '100644 README.md',
      '100644 a "b"\\é.txt',
      '120000 link',
      '100755 run.sh',
    ])
    const { data: blob } = await octokit.rest.git.getBlob({ ...pump, file_sha: data.tree[1]?.sha ?? '' })
    expect(Buffer.from(blob.content, 'base64')).toEqual(Buffer.from([0, 255]))
  })
})

it('takes over a repository of this machine without writing to it', async () => {
  const before = await repository.git.text('for-each-ref')
  const copy = await github.repository({ owner: 'acme', name: 'copy', from: repository.git.dir })
  await copy.commit('main', { 'new.md': 'n' })
  const { data } = await octokit.rest.git.getTree({ ...pump, repo: 'copy', tree_sha: 'main', recursive: '1' })
  expect(data.tree.map(({ path }) => path)).toEqual(['README.md', 'new.md', 'src', 'src/a.ts'])
  expect(await repository.git.text('for-each-ref')).toBe(before)
})

describe('lists', () => {
  it('of commits begin at the tip of the default branch, the newest first', async () => {
    const tip = await repository.commit('main', { 'README.md': '# Newer\n' })
    const { data } = await octokit.rest.repos.listCommits({ ...pump, per_page: 1 })
    expect(data.map(({ sha }) => sha)).toEqual([tip])
    const empty = await github.repository({ owner: 'acme', name: 'empty', from: {} })
    await expect(octokit.rest.repos.listCommits({ owner: 'acme', repo: empty.name })).rejects.toEqual(
      refusal(409, /Git Repository is empty/),
    )
  })

  it('of pull requests show the open ones, or all, in the order that is asked for', async () => {
    const pulls = []
    for (const head of ['one', 'two', 'three']) {
      await repository.commit(head, { [head]: '' })
      pulls.push(await repository.openPull({ head }))
    }
    const [one, two] = pulls
    if (!one || !two) throw new Error('There are pull requests.')
    await repository.closePull(two)
    Object.assign(one, { updatedAt: '2999-01-01T00:00:00Z' })
    const numbers = async (query: object) =>
      (await octokit.rest.pulls.list({ ...pump, ...query })).data.map(({ number }) => number)
    expect(await numbers({})).toEqual([3, 1])
    expect(await numbers({ state: 'all', direction: 'asc' })).toEqual([1, 2, 3])
    expect(await numbers({ sort: 'updated', direction: 'desc' })).toEqual([1, 3])
  })

  it('have a name that spares the answer, and the quota, for as long as nothing changes and the token is the same', async () => {
    const ask = (client: Octokit, etag = '') =>
      client.rest.repos.listCommits({ ...pump, headers: { 'if-none-match': etag } })
    const used = () => github.rate.state('core', github.installation('acme').id).used
    const etag = (await ask(octokit)).headers.etag
    const before = used()
    await expect(ask(octokit, etag)).rejects.toEqual(refusal(304))
    expect(used()).toBe(before)
    expect((await ask(await client('acme'), etag)).status).toBe(200)
    await repository.commit('main', { 'README.md': '# Newest\n' })
    expect((await ask(octokit, etag)).status).toBe(200)
  })
})

describe('comparisons', () => {
  it('name the merge base, and how far each side went', async () => {
    const base = await head()
    await repository.commit('topic', { 'src/b.ts': 'b\n' })
    await repository.commit('main', { 'README.md': 'changed\n' })
    const { data } = await octokit.rest.repos.compareCommitsWithBasehead({ ...pump, basehead: 'main...topic' })
    expect(data).toMatchObject({ status: 'diverged', ahead_by: 1, behind_by: 1, merge_base_commit: { sha: base } })
    expect(data.files?.map(({ filename, status }) => [filename, status])).toEqual([['src/b.ts', 'added']])
    expect(github.violations).toEqual([])
  })

  it('honour per_page for commits', async () => {
    for (const text of ['1', '2', '3']) await repository.commit('topic', { 'src/b.ts': text })
    const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
      ...pump,
      basehead: 'main...topic',
      per_page: 1,
    })
    expect([data.total_commits, data.commits.length]).toEqual([3, 1])
  })

  it('answer 404 without a common ancestor', async () => {
    await repository.commit('orphan', { 'x.md': 'x' }, { parent: null })
    const answer = octokit.rest.repos.compareCommitsWithBasehead({ ...pump, basehead: 'main...orphan' })
    await expect(answer).rejects.toEqual(refusal(404, /No common ancestor between main and orphan/))
  })
})

describe('GraphQL', () => {
  const query = `query($oid: GitObjectID!) { repository(owner: "acme", name: "pump") {
    object(oid: $oid) { ... on Blob { oid byteSize text isBinary isTruncated } } } }`
  const blob = async (content: string | Buffer) => {
    const sha = await repository.commit('main', { file: content })
    const oid = await repository.git.text('rev-parse', `${sha}:file`)
    const { repository: found } = await octokit.graphql<{ repository: { object: Record<string, unknown> } }>(query, {
      oid,
    })
    return found.object
  }

  it('gives text whole, or cut near 500 KB, or not at all when it is binary', async () => {
    expect(await blob('héllo')).toMatchObject({ text: 'héllo', byteSize: 6, isBinary: false, isTruncated: false })
    const long = await blob('é'.repeat(300_001))
    expect(long).toMatchObject({ byteSize: 600_002, isTruncated: true })
    expect(Buffer.byteLength(long.text as string)).toBe(512_000)
    expect(await blob(Buffer.from([1, 0, 2]))).toMatchObject({ text: null, isBinary: true, isTruncated: false })
  })

  it('resolves many objects, unknown ones to null, in one request', async () => {
    const ask = 'repository(owner: "acme", name: "pump")'
    const data = await octokit.graphql(`{ ${ask} { a: object(expression: "main:README.md") { oid ... on Blob { text } }
      b: object(oid: "${'f'.repeat(40)}") { oid } c: object(oid: "${await head()}") { ... on Commit { tree { oid } committedDate } }
      defaultBranchRef { name target { oid } } } }`)
    expect(data).toMatchObject({
      repository: {
        a: { text: '# Pump\n' },
        b: null,
        c: { tree: { oid: expect.stringMatching(/^[0-9a-f]{40}$/) } },
        defaultBranchRef: { name: 'main', target: { oid: await head() } },
      },
    })
    expect(github.count()).toBe(1)
    expect(github.violations).toEqual([])
  })

  it.each([
    ['a syntax error', '{ repository('],
    ['a field that the schema does not have', '{ repository(owner: "acme", name: "pump") { colour } }'],
    ['a field that only the real GitHub can answer', '{ repository(owner: "acme", name: "pump") { stargazerCount } }'],
  ])('notes %s', async (_, wrong) => {
    await expect(octokit.graphql(wrong)).rejects.toThrow()
    expect(github.violations).not.toEqual([])
  })
})

describe('access', () => {
  it('is refused without a token, and to a web token that GitHub would not take', async () => {
    await expect(quiet('nonsense').rest.repos.get(pump)).rejects.toEqual(refusal(401))
    await expect((await appClient()).rest.apps.getAuthenticated()).resolves.toMatchObject({
      data: { slug: github.app.slug },
    })
    await expect((await appClient({ lifetime: 700 })).rest.apps.getAuthenticated()).rejects.toEqual(
      refusal(401, /too far in the future/),
    )
    await expect((await appClient({ issuer: '7' })).rest.apps.getAuthenticated()).rejects.toEqual(refusal(401, /iss/))
  })

  it('ends when a token expires', async () => {
    github.access.expireTokens()
    await expect(octokit.rest.repos.get(pump)).rejects.toEqual(refusal(401, /Bad credentials/))
  })

  it('ends at the installation, and at the repositories a token was made for', async () => {
    await github.repository({ owner: 'acme', name: 'valve' })
    await github.repository({ owner: 'other', name: 'pump' })
    await expect(octokit.rest.repos.get({ ...pump, owner: 'other' })).rejects.toEqual(refusal(404))
    await expect(octokit.graphql('{ repository(owner: "other", name: "pump") { id } }')).rejects.toThrow(
      /Could not resolve/,
    )
    await expect(octokit.rest.repos.get({ ...pump, repo: 'valve' })).resolves.toMatchObject({ status: 200 })
    const narrow = await client('acme', { repositories: ['pump'] })
    await expect(narrow.rest.repos.get({ ...pump, repo: 'valve' })).rejects.toEqual(refusal(404))
    const seen = await narrow.rest.apps.listReposAccessibleToInstallation()
    expect(seen.data.repositories.map(({ name }) => name)).toEqual(['pump'])
    expect(github.violations).toEqual([])
  })

  it('ends when the app is suspended or removed', async () => {
    const installation = github.installation('acme')
    await installation.suspend()
    await expect(octokit.rest.repos.get(pump)).rejects.toEqual(refusal(403, /suspended/))
    await installation.unsuspend()
    await installation.remove()
    await expect(octokit.rest.repos.get(pump)).rejects.toEqual(refusal(401))
    await installation.create()
  })
})

it('keeps comments with their history, pages them, and refuses one that is too long', async () => {
  await repository.commit('topic', { 'src/b.ts': 'b\n' })
  const pull = await repository.openPull({ head: 'topic' })
  for (let index = 0; index < 100; index++) repository.comment(pull, `comment ${index}`)
  const issue = { ...pump, issue_number: pull.number }
  const { data } = await octokit.rest.issues.createComment({ ...issue, body: 'first' })
  await octokit.rest.issues.updateComment({ ...pump, comment_id: data.id, body: 'second' })

  expect(repository.comments(pull.number).at(-1)).toMatchObject({
    body: 'second',
    history: ['first', 'second'],
    login: `${github.app.slug}[bot]`,
  })
  const page = await octokit.rest.issues.listComments({ ...issue, per_page: 100 })
  expect(page.data).toHaveLength(100)
  expect(page.headers.link).toMatch(/page=2>; rel="next"/)
  const { data: shown } = await octokit.rest.pulls.get({ ...pump, pull_number: pull.number })
  expect(shown).toMatchObject({
    head: { sha: await repository.tip('topic') },
    base: { ref: 'main', sha: await head() },
    comments: 101,
  })
  expect(github.violations).toEqual([])

  const [comment] = repository.comments(pull.number).slice(-1)
  if (comment) repository.deleteComment(comment)
  const gone = octokit.rest.issues.updateComment({ ...pump, comment_id: data.id, body: 'third' })
  await expect(gone).rejects.toEqual(refusal(404))
  await expect(octokit.rest.issues.createComment({ ...issue, body: 'x'.repeat(65_537) })).rejects.toEqual(
    refusal(422, /too long/),
  )
})

describe('archives', () => {
  it('come from another host, without credentials, obey .gitattributes, and count once', async () => {
    const sha = await repository.commit('main', {
      '.gitattributes': 'secret.md export-ignore\nversion export-subst\n',
      'secret.md': 's',
      version: '$Format:%H$',
    })
    const { data, url } = await octokit.rest.repos.downloadTarballArchive({ ...pump, ref: sha })
    const tar = gunzipSync(Buffer.from(data as ArrayBuffer)).toString('latin1')

    expect(new URL(url).host).toBe(new URL(github.codeloadUrl).host)
    expect(tar).toContain(`acme-pump-${sha}/README.md`)
    expect(tar).not.toContain('secret.md\0')
    expect(tar).toContain(sha)
    expect([github.count(), github.requests.map(({ kind }) => kind)]).toEqual([1, ['api', 'archive']])
    expect(github.violations).toEqual([])
    expect((await fetch(url)).status).toBe(404) // good once
  })

  it('note credentials that came along', async () => {
    await fetch(`${github.codeloadUrl}/acme/pump`, { headers: { authorization: 'token x' } })
    expect(github.violations).toEqual([{ request: 'GET codeload', problem: expect.stringMatching(/credentials/) }])
  })
})

describe('faults', () => {
  const create = 'POST /repos/{owner}/{repo}/check-runs'

  it('fail a request without applying it', async () => {
    github.fault(create, { status: 502, headers: { 'retry-after': '1' } })
    await expect(openCheck()).rejects.toEqual(refusal(502))
    expect(repository.checkRuns(await head())).toEqual([])
    await openCheck()
    expect(github.count({ matching: create })).toBe(2)
  })

  it('lose the answer of a request that was applied', async () => {
    github.loseAnswer(create)
    await expect(openCheck()).rejects.toThrow()
    expect(repository.checkRuns(await head())).toHaveLength(1)
  })

  it('delay', async () => {
    github.delay(100)
    const started = Date.now()
    await octokit.rest.repos.get(pump)
    expect(Date.now() - started).toBeGreaterThanOrEqual(99)
  })

  it('fail a share of all requests, half of them before they are applied, the same ones for the same seed', async () => {
    const sha = await head()
    const outcomes = async (seed: number) => {
      github.failAtRandom(0.5, seed)
      const failed: string[] = []
      for (let n = 0; n < 40; n++) {
        const before = repository.checks.all.length
        const creation = octokit.rest.checks.create({ ...pump, name: 'ROSIE compliance', head_sha: sha })
        const answer = await creation.then(
          () => 'well',
          () => 'failed',
        )
        failed.push(`${answer} ${repository.checks.all.length - before}`)
      }
      return failed
    }
    const first = await outcomes(7)
    expect(await outcomes(7)).toEqual(first)
    expect(await outcomes(8)).not.toEqual(first)
    const count = (what: string) => first.filter((outcome) => outcome === what).length
    for (const fault of ['failed 0', 'failed 1']) expect(count(fault)).toBeGreaterThan(4)
    expect(count('well 1')).toBeGreaterThan(10)
    expect(count('well 1') + count('failed 0') + count('failed 1')).toBe(40)
  })

  it('note routes and parameters that GitHub or the stand-in does not have', async () => {
    await expect(octokit.request('GET /repos/{owner}/{repo}/colours', pump)).rejects.toEqual(refusal(404))
    await expect(octokit.request('GET /repos/{owner}/{repo}/git/trees/main?recursiv=1', pump)).rejects.toEqual(
      refusal(422),
    )
    expect(github.violations.map(({ request }) => request)).toEqual([
      'GET /repos/acme/pump/colours',
      'GET /repos/acme/pump/git/trees/main?recursiv=1',
    ])
  })
})

describe('rate limits', () => {
  const read = () => octokit.rest.repos.get(pump)
  const left = async (act: () => Promise<{ headers: object }> = read) =>
    Number(
      (
        await act().then(
          (answer) => answer,
          (error) => error.response,
        )
      ).headers['x-ratelimit-remaining'],
    )
  const query = () => octokit.request(`POST ${github.url}/api/graphql`, { query: '{ rateLimit { remaining } }' })

  it('are counted for each installation, for REST and GraphQL apart', async () => {
    const other = await github.repository({ owner: 'other', name: 'lab' })
    const before = await left()
    expect(await left()).toBe(before - 1)
    const graphql = await left(query)
    expect(await left(query)).toBe(graphql - 1)
    expect(await left()).toBe(before - 2)
    const its = await client('other')
    await its.rest.repos.get({ owner: 'other', repo: other.name })
    expect(await left()).toBe(before - 3)
  })

  it('refuse what is over the quota until the reset, in the two ways of the two interfaces', async () => {
    github.leaveQuota('acme', 1, 1_000)
    github.leaveQuota('acme', 0, 1_000, 'graphql')
    expect(await left()).toBe(0)
    await expect(read()).rejects.toEqual(refusal(403, /API rate limit exceeded/))
    const { status, data } = await query()
    expect({ status, data }).toMatchObject({ status: 200, data: { errors: [{ type: 'RATE_LIMITED' }] } })
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    expect(await left()).toBeGreaterThan(4_000)
  })

  it('of the secondary kind refuse all of an installation for as long as they say', async () => {
    const its = await client('other')
    await github.repository({ owner: 'other', name: 'lab' })
    github.secondaryLimit('GET /repos/{owner}/{repo}', 1)
    const told = Date.now()
    await expect(read()).rejects.toMatchObject({ status: 403, response: { headers: { 'retry-after': '1' } } })
    await expect(query()).rejects.toEqual(refusal(403, /secondary rate limit/))
    await its.rest.repos.get({ owner: 'other', repo: 'lab' })
    await new Promise((resolve) => setTimeout(resolve, told + 1_010 - Date.now()))
    await read()
  })
})

describe('webhooks', () => {
  interface Received {
    headers: IncomingHttpHeaders
    text: string
    body: Record<string, unknown>
  }
  let receiver: Server
  let received: Received[]
  let answerWith: number

  beforeAll(async () => {
    receiver = createServer(async (request, response) => {
      let text = ''
      for await (const chunk of request) text += chunk
      received.push({ headers: request.headers, text, body: JSON.parse(text) })
      response.writeHead(answerWith).end('{}')
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    github.webhookUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
  })
  beforeEach(() => {
    received = []
    answerWith = 202
  })
  afterAll(() => {
    github.webhookUrl = null
    receiver.close()
    receiver.closeAllConnections()
  })

  const events = () =>
    received.map(({ headers, body }) => [headers['x-github-event'], body.action].filter(Boolean).join('.')).sort()

  it('are signed with the secret of the app, and kept with their answer', async () => {
    await repository.push('main', { 'src/a.ts': 'changed\n' }, { message: 'Change a' })
    const [push] = received.filter(({ headers }) => headers['x-github-event'] === 'push')

    expect(push?.headers['user-agent']).toMatch(/^GitHub-Hookshot\//)
    expect(await verify(github.app.webhookSecret, push?.text ?? '', String(push?.headers['x-hub-signature-256']))).toBe(
      true,
    )
    expect(github.deliveries.map(({ statusCode, status }) => [statusCode, status])).toEqual([
      [202, 'OK'],
      [202, 'OK'],
    ])
  })

  it('tell a push with its commits, and ask for a check suite', async () => {
    const before = await head()
    const after = await repository.push(
      'main',
      { 'src/a.ts': 'changed\n', 'src/new.ts': 'n', 'README.md': null },
      { message: 'Change a' },
    )

    expect(events()).toEqual(['check_suite.requested', 'push'])
    const [push] = received.filter(({ headers }) => headers['x-github-event'] === 'push')
    expect(push?.body).toMatchObject({
      ref: 'refs/heads/main',
      before,
      after,
      created: false,
      forced: false,
      commits: [
        { id: after, message: 'Change a', added: ['src/new.ts'], removed: ['README.md'], modified: ['src/a.ts'] },
      ],
      repository: {
        id: repository.id,
        full_name: 'acme/pump',
        default_branch: 'main',
        owner: { login: 'acme', name: 'acme' },
      },
      installation: { id: github.installation('acme').id },
    })
    expect(push?.text).not.toContain('Codertocat/Hello-World')
  })

  it('tell a push of several commits, each with its own changes', async () => {
    const first = await repository.commit('main', { 'a.md': 'a' })
    const second = await repository.commit('main', { 'b.md': 'b', 'a.md': null })
    await repository.branch('main', (await repository.git.commitInfo(first)).parents[0] ?? '')
    await repository.push('main', second)
    const push = received.find(({ headers }) => headers['x-github-event'] === 'push')
    expect(push?.body).toMatchObject({
      commits: [
        { id: first, added: ['a.md'], removed: [] },
        { id: second, added: ['b.md'], removed: ['a.md'] },
      ],
      head_commit: { id: second },
    })
  })

  it('tell what becomes of installations and repositories', async () => {
    const installation = github.installation('acme')
    const firstId = installation.id
    const valve = await github.repository({ owner: 'acme', name: 'valve', installed: false })
    await installation.addRepositories(valve)
    await installation.removeRepositories(valve)
    await repository.rename('pump-2')
    await repository.archive()
    await repository.delete()
    await installation.suspend()
    await installation.unsuspend()
    await installation.remove()
    await installation.create()

    expect(received.map(({ headers, body }) => `${headers['x-github-event']}.${body.action}`)).toEqual([
      'installation_repositories.added',
      'installation_repositories.removed',
      'repository.renamed',
      'repository.archived',
      'repository.deleted',
      'installation.suspend',
      'installation.unsuspend',
      'installation.deleted',
      'installation.created',
    ])
    const short = { id: valve.id, full_name: 'acme/valve' }
    expect(received[0]?.body).toMatchObject({ repositories_added: [short], repositories_removed: [] })
    expect(received[2]?.body).toMatchObject({
      changes: { repository: { name: { from: 'pump' } } },
      repository: { id: repository.id, full_name: 'acme/pump-2' },
    })
    expect(received[8]?.body).toMatchObject({ installation: { id: installation.id, account: { login: 'acme' } } })
    expect(installation.id).not.toBe(firstId)
  })

  it('tell creation, force and deletion of a branch', async () => {
    await repository.push('topic', { 'src/b.ts': 'b\n' })
    await repository.push('topic', { 'src/c.ts': 'c\n' }, { parent: await head(), force: true })
    await repository.pushDeletion('topic')
    const pushes = received.filter(({ headers }) => headers['x-github-event'] === 'push').map(({ body }) => body)
    expect(pushes.map(({ created, forced, deleted }) => [created, forced, deleted])).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, true],
    ])
  })

  it('follow a pull request, from a fork too, whose head the parent can read', async () => {
    const fork = await repository.fork('mallory')
    await fork.push('topic', { 'src/b.ts': 'b\n' })
    expect(events()).toEqual([])
    const pull = await repository.openPull({ head: 'topic', fromFork: fork })
    const after = await fork.push('topic', { 'src/b.ts': 'c\n' })
    await repository.editBase(pull, 'main')
    await repository.closePull(pull)
    await repository.reopenPull(pull)

    expect(received.map(({ body }) => body.action)).toEqual(['opened', 'synchronize', 'edited', 'closed', 'reopened'])
    expect(received[1]?.body).toMatchObject({
      after,
      pull_request: { head: { sha: after, repo: { full_name: 'mallory/pump', fork: true } } },
    })
    const { data } = await octokit.rest.git.getTree({ ...pump, tree_sha: after, recursive: '1' })
    expect(data.tree.map(({ path }) => path)).toContain('src/b.ts')
    const ref = await octokit.rest.git.getRef({ ...pump, ref: `pull/${pull.number}/head` })
    expect(ref.data.object.sha).toBe(after)
  })

  it('try a pull request in the merge queue', async () => {
    await repository.commit('topic', { 'src/b.ts': 'b\n' })
    await repository.commit('main', { 'src/c.ts': 'c\n' })
    const group = await repository.mergeGroup(await repository.openPull({ head: 'topic' }))
    const told = received.find(({ headers }) => headers['x-github-event'] === 'merge_group')
    expect(told?.body).toMatchObject({
      action: 'checks_requested',
      merge_group: { head_sha: group.headSha, base_sha: await head() },
    })
    const { data } = await octokit.rest.git.getTree({ ...pump, tree_sha: group.headSha, recursive: '1' })
    expect(data.tree.map(({ path }) => path)).toEqual(['README.md', 'src', 'src/a.ts', 'src/b.ts', 'src/c.ts'])
  })

  it('tell the app of its own check runs, of re-runs and of its button', async () => {
    const check_run_id = await openCheck()
    const actions = [{ label: 'Scan', description: 'Scan again', identifier: 'rescan' }]
    await octokit.rest.checks.update({ ...pump, check_run_id, conclusion: 'success', actions })
    const [check] = repository.checkRuns(await head())
    if (!check) throw new Error('no check run')
    await repository.rerequest(check)
    await repository.requestAction(check, 'rescan')
    await github.waitFor(() => received.length === 4)

    expect(events()).toEqual([
      'check_run.completed',
      'check_run.created',
      'check_run.requested_action',
      'check_run.rerequested',
    ])
    const asked = received.find(({ body }) => body.action === 'requested_action')
    expect(asked?.body).toMatchObject({
      requested_action: { identifier: 'rescan' },
      check_run: { id: check_run_id, name: 'ROSIE compliance', app: { id: github.app.id } },
    })
  })

  it('can be listed and delivered again, under the same id', async () => {
    answerWith = 500
    await repository.pushTag('v1', await head())
    answerWith = 202
    const app = await appClient()
    const { data } = await app.rest.apps.listWebhookDeliveries()
    expect(data[0]).toMatchObject({ event: 'push', status_code: 500, redelivery: false, repository_id: repository.id })
    await app.rest.apps.redeliverWebhookDelivery({ delivery_id: data[0]?.id ?? 0 })
    await github.waitFor(() => received.length === 2)

    expect(received[0]?.headers['x-github-delivery']).toBe(received[1]?.headers['x-github-delivery'])
    expect(received[0]?.text).toBe(received[1]?.text)
    expect(github.violations).toEqual([])
  })

  it('record a receiver that is away', async () => {
    const url = github.webhooks.url
    github.webhookUrl = 'http://127.0.0.1:9/'
    await repository.pushTag('v1', await head())
    github.webhookUrl = url
    expect(github.deliveries[0]).toMatchObject({ statusCode: 502, status: 'failed to connect to host' })
  })
})

it('registers an app from a manifest, once for a code', async () => {
  const own = await GitHub.start({ checksAnswers: true })
  const form = new URLSearchParams({
    manifest: JSON.stringify({
      name: 'Rosie Guard',
      url: 'https://example.com',
      redirect_url: 'http://127.0.0.1:3000/back',
    }),
  })
  const post = () => fetch(`${own.url}/settings/apps/new?state=abc`, { method: 'POST', body: form, redirect: 'manual' })
  const asked = await post()
  form.set('agreed', 'yes')
  const back = new URL((await post()).headers.get('location') ?? '')
  const code = back.searchParams.get('code') ?? ''
  const anyone = quiet()
  const { data } = await anyone.rest.apps.createFromManifest({ code, baseUrl: own.apiUrl })

  expect(await asked.text()).toContain('Create GitHub App')
  expect(back.searchParams.get('state')).toBe('abc')
  expect(data).toMatchObject({ slug: 'rosie-guard', webhook_secret: own.app.webhookSecret })
  expect(createPrivateKey(data.pem).asymmetricKeyType).toBe('rsa')
  await expect(anyone.request('POST /app-manifests/{code}/conversions', { code, baseUrl: own.apiUrl })).rejects.toEqual(
    refusal(404),
  )
  expect(own.violations).toEqual([])
  await own.close()
})
