/** What is kept about the source that evidence was made for. */
// @ts-nocheck


import { NO_SOURCE } from '../../src/rosie/state-hash.ts'
import { Contents } from '../../src/store/contents.ts'
import type { Database } from '../../src/store/database.ts'
import { States } from '../../src/store/states.ts'
import { forEachDatabase } from '../support/database.ts'
import { aWish, queue, sha } from './given.ts'

const state = (digit: string) => ({
  id: digit.repeat(64),
  plain: `${digit}a`.repeat(32),
  separated: `${digit}b`.repeat(32),
})
const DAY = 24 * 60 * 60 * 1000

forEachDatabase('states', ({ open }) => {
  let database: Database
  let states: States
  let repository: bigint
  beforeAll(async () => {
    database = await open()
    states = new States(database)
  })
  beforeEach(async () => {
    const wish = aWish()
    repository = wish.repository.id
    await queue(database, wish)
  })

  const replayed = (...commits: string[]) => states.replayed(repository, commits, 'src')

  it('of commits that were looked up and hashed are known, by commit and scope', async () => {
    const [one, two, gone, bare] = [sha('1'), sha('2'), sha('3'), sha('4')]
    const directories = new Map([
      [one, sha('a')],
      [two, sha('b')],
      [bare, null],
    ])
    await states.keepDirectories(repository, [one, two, gone, bare], 'src', directories)
    await states.keepState(repository, sha('a'), state('a'))
    expect(await replayed(one, two, gone, bare, sha('9'))).toEqual(
      new Map([
        [one, state('a')],
        [gone, null],
        [bare, NO_SOURCE],
      ]),
    )
    expect(await states.replayed(repository, [one], 'lib')).toEqual(new Map())
    expect(await states.replayed(repository + 1n, [one], 'src')).toEqual(new Map())
  })

  it('are computed once for a tree, whatever commits have it', async () => {
    await states.keepDirectories(
      repository,
      [sha('1'), sha('2')],
      'src',
      new Map([
        [sha('1'), sha('a')],
        [sha('2'), sha('a')],
      ]),
    )
    await states.keepState(repository, sha('a'), state('a'))
    await states.keepState(repository, sha('a'), state('b'))
    expect(await replayed(sha('1'), sha('2'))).toEqual(
      new Map([
        [sha('1'), state('a')],
        [sha('2'), state('a')],
      ]),
    )
    expect(await states.hashed(repository, [sha('a'), sha('b')])).toEqual(new Set([sha('a')]))
    expect(await states.hashed(repository + 1n, [sha('a')])).toEqual(new Set())
  })

  it('stay known to have no hashes', async () => {
    const large = { id: 'c'.repeat(64), plain: null, separated: null }
    await states.keepDirectories(repository, [sha('1')], 'src', new Map([[sha('1'), sha('a')]]))
    await states.keepState(repository, sha('a'), large)
    expect(await replayed(sha('1'))).toEqual(new Map([[sha('1'), large]]))
  })

  it('of a commit that was not there are asked for again after a while, and found once a push has brought it', async () => {
    const commit = sha('1')
    const lost = () => states.lostSince(repository, [commit, sha('2')], 'src', DAY)
    await states.keepDirectories(repository, [commit], 'src', new Map())
    expect(await lost()).toEqual([])
    await database.client.$executeRaw`UPDATE commit_state SET asked_at = asked_at - interval '25 hours'`
    expect(await lost()).toEqual([commit])
    expect(await states.lostSince(repository, [commit], 'lib', DAY)).toEqual([])
    await states.keepDirectories(repository, [commit], 'src', new Map())
    expect(await lost()).toEqual([])
    await states.keepDirectories(repository, [commit], 'src', new Map([[commit, null]]))
    expect(await replayed(commit)).toEqual(new Map([[commit, NO_SOURCE]]))
    await database.client.$executeRaw`UPDATE commit_state SET asked_at = asked_at - interval '25 hours'`
    expect(await lost()).toEqual([])
  })

  it('stay when a commit is gone later', async () => {
    await states.keepDirectories(repository, [sha('1')], 'src', new Map([[sha('1'), null]]))
    await states.keepDirectories(repository, [sha('1')], 'src', new Map())
    expect(await replayed(sha('1'))).toEqual(new Map([[sha('1'), NO_SOURCE]]))
  })

  it('of listed commits have their hashes when a tree with the same files was hashed', async () => {
    const contents = new Contents(database, 1)
    await contents.keepTree(repository, sha('1'), [], { scope: 'src', id: state('a').id })
    await contents.keepTree(repository, sha('2'), [], { scope: 'src', id: state('b').id })
    const listed = () => states.listed(repository, [sha('1'), sha('2'), sha('3')], 'src')
    const bare = (id: string) => ({ id, plain: null, separated: null })
    expect(await listed()).toEqual(
      new Map([
        [sha('1'), bare(state('a').id)],
        [sha('2'), bare(state('b').id)],
      ]),
    )
    await states.keepState(repository, sha('a'), state('a'))
    await states.keepState(repository, sha('b'), state('a'))
    expect(await listed()).toEqual(
      new Map([
        [sha('1'), state('a')],
        [sha('2'), bare(state('b').id)],
      ]),
    )
    expect(await states.listed(repository, [sha('1')], 'lib')).toEqual(new Map())
    expect(await states.listed(repository + 1n, [sha('1')], 'src')).toEqual(new Map())
  })
})
