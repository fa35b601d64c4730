/** Live progress over real sockets: what clients may watch, and what they are told, in which order. */
import type { ScanProgress } from '../../src/scan/ports/progress.ts'
import { aMoment, completed, scanId, until } from './moments.ts'
import { LiveStage, readerWith } from './stage.ts'

const ACME = { scopes: ['read'], installationId: 1n, repositoryIds: [] } as const
const ZETA = { scopes: ['read'], installationId: 2n, repositoryIds: [] } as const

let stage: LiveStage
beforeEach(() => {
  stage = new LiveStage()
  stage.readers.set('Bearer acme', readerWith('acme', ACME))
  stage.readers.set('Bearer zeta', readerWith('zeta', ZETA))
  stage.readers.set('session=ann', readerWith('ann', ACME))
  stage.installations.set(7n, 1n).set(8n, 1n).set(9n, 2n)
})
afterEach(() => stage.close())

const [ONE, TWO] = [scanId(1), scanId(2)]

describe('Whoever watches a scan', () => {
  it('has its newest state, then each moment in order, then its end, and nothing more', async () => {
    await stage.open()
    stage.rows.set(ONE, aMoment({ token: 0, status: 'queued', phase: null, progress: 0 }))
    const client = await stage.as('acme')
    expect(await client.subscribe({ scan: ONE })).toMatchObject({
      ok: true,
      state: { scanId: ONE, status: 'queued', phase: null, progress: 0, result: null, error: null },
    })
    for (const progress of [10, 20, 30, 50, 50, 70]) stage.tell(aMoment({ progress }))
    stage.tell(completed())
    stage.tell(aMoment({ progress: 85 }))
    stage.tell(completed())
    await until(() => client.named(`scan:${ONE}:complete`).length > 0)
    await client.ask('unsubscribe', { scan: ONE })
    expect(client.progressOf(ONE)).toEqual([10, 20, 30, 50, 50, 70])
    expect(client.events[2]?.[1]).toEqual({
      ...{ scanId: ONE, progress: 30, status: 'running', phase: 'Fetch', message: '3 of 9 files are new' },
      ...{ timestamp: '2026-01-01T00:00:00.000Z', filesProcessed: 0, totalFiles: 3 },
    })
    expect(client.named(`scan:${ONE}:complete`)).toEqual([
      {
        ...{ scanId: ONE, timestamp: '2026-01-01T00:00:00.000Z' },
        result: { status: 'success', artifactsCreated: 2, durationMs: 900 },
      },
    ])
    expect(await client.subscribe({ scan: ONE })).toMatchObject({ state: { status: 'completed', progress: 100 } })
  })

  it('is done with it as it ends: there is room for another, and the room is gone', async () => {
    await stage.open({ subscriptions: 1 })
    stage.rows.set(ONE, aMoment()).set(TWO, aMoment({ scanId: TWO }))
    const client = await stage.as('acme')
    await client.subscribe({ scan: ONE })
    expect((await client.subscribe({ scan: TWO })).ok).toBe(false)
    stage.tell(completed())
    await until(() => client.named(`scan:${ONE}:complete`).length > 0)
    expect(stage.counted).toMatchObject({ 'rooms scan': 0, 'sent complete': 1 })
    expect((await client.subscribe({ scan: TWO })).ok).toBe(true)
    expect(await client.ask('unsubscribe', { scan: ONE })).toEqual({ ok: true, was: false })
    expect(stage.counted['rooms scan']).toBe(1)
  })

  it('is told of a failure', async () => {
    await stage.open()
    stage.rows.set(ONE, aMoment())
    const client = await stage.as('acme')
    await client.subscribe({ scan: ONE })
    stage.tell(aMoment({ status: 'failed', error: 'NotFound: no such commit' }))
    await until(() => client.events.length > 0)
    expect(client.named(`scan:${ONE}:failed`)).toMatchObject([{ error: 'NotFound: no such commit' }])
  })

  it('is told nothing older than the state it was answered', async () => {
    await stage.open()
    stage.rows.set(ONE, aMoment({ progress: 70 }))
    const client = await stage.as('acme')
    expect((await client.subscribe({ scan: ONE })).state.progress).toBe(70)
    // On their way as the row was written.
    for (const progress of [30, 60, 70, 85]) stage.channel.publish(aMoment({ progress }))
    await until(() => client.events.length >= 2)
    expect(client.progressOf(ONE)).toEqual([70, 85])
  })

  it('is answered what was told while the row was read', async () => {
    await stage.open()
    stage.rows.set(ONE, aMoment({ progress: 30 }))
    stage.beforeAnswer = () => stage.tell(aMoment({ progress: 60 }))
    const client = await stage.as('acme')
    expect((await client.subscribe({ scan: ONE })).state.progress).toBe(60)
    stage.tell(aMoment({ progress: 70 }))
    await until(() => client.events.length > 0)
    expect(client.progressOf(ONE)).toEqual([70])
  })

  it('sees a later attempt begin anew, and nothing of the one before', async () => {
    await stage.open()
    stage.rows.set(ONE, aMoment({ progress: 60 }))
    const client = await stage.as('acme')
    await client.subscribe({ scan: ONE })
    for (const [token, progress] of [
      [1, 70],
      [2, 0],
      [1, 85],
      [2, 10],
    ]) {
      stage.channel.publish(aMoment({ token: token as number, progress: progress as number }))
    }
    await until(() => client.events.length >= 3)
    expect(client.progressOf(ONE)).toEqual([70, 0, 10])
  })

  it('hears once what it watches twice, and nothing once it has enough', async () => {
    await stage.open()
    stage.rows.set(ONE, aMoment())
    const client = await stage.as('acme')
    await client.subscribe({ scan: ONE.toUpperCase() })
    await client.subscribe({ repository: 7 })
    stage.tell(aMoment({ progress: 50 }))
    await until(() => client.events.length > 0)
    expect(await client.ask('unsubscribe', { scan: ONE })).toEqual({ ok: true, was: true })
    expect(await client.ask('unsubscribe', { repository: 7 })).toEqual({ ok: true, was: true })
    expect(await client.ask('unsubscribe', { repository: 7 })).toEqual({ ok: true, was: false })
    stage.tell(aMoment({ progress: 60 }))
    await client.ask('unsubscribe', { repository: 7 })
    expect(client.progressOf(ONE)).toEqual([50])
    expect(stage.counted['sent progress']).toBe(1)
  })
})

describe('Whoever watches a repository', () => {
  it('has its open scans, and hears of all that begin', async () => {
    await stage.open()
    stage.rows.set(ONE, aMoment()).set(scanId(3), completed({ scanId: scanId(3) }))
    stage.rows.set(scanId(4), aMoment({ scanId: scanId(4), repositoryId: 8 }))
    const client = await stage.as('acme')
    const { state } = await client.subscribe({ repository: 7 })
    expect(state).toMatchObject({ repository: 7, scans: [{ scanId: ONE, progress: 30 }] })
    stage.tell(aMoment({ scanId: TWO, progress: 10 }))
    stage.tell(completed({ scanId: ONE }))
    stage.tell(aMoment({ scanId: scanId(4), repositoryId: 8, progress: 50 }))
    stage.tell(aMoment({ scanId: TWO, progress: 20 }))
    await until(() => client.events.length >= 3)
    expect(client.events.map(([name]) => name)).toEqual([
      `scan:${TWO}:progress`,
      `scan:${ONE}:complete`,
      `scan:${TWO}:progress`,
    ])
  })

  it('hears of its replays, and of reports only who has the id of one', async () => {
    await stage.open({ lookMs: 20 })
    const [REPORT, REPLAY] = [scanId(5), scanId(6)]
    const report = { scanId: REPORT, kind: 'report' } as const
    stage.rows.set(REPORT, aMoment(report)).set(REPLAY, aMoment({ scanId: REPLAY, kind: 'replay' }))
    const [all, one] = [await stage.as('acme'), await stage.as('acme')]
    expect((await all.subscribe({ repository: 7 })).state.scans).toMatchObject([{ scanId: REPLAY }])
    expect(await one.subscribe({ scan: REPORT })).toMatchObject({ ok: true, state: { progress: 30 } })
    stage.tell(aMoment({ ...report, progress: 50 }))
    // Nobody tells of it: it is looked for.
    stage.rows.set(REPORT, completed(report))
    await until(() => one.named(`scan:${REPORT}:complete`).length > 0)
    stage.tell(completed({ scanId: REPLAY, kind: 'replay' }))
    await until(() => all.events.length > 0)
    expect(all.events.map(([name]) => name)).toEqual([`scan:${REPLAY}:complete`])
    expect(one.progressOf(REPORT)).toEqual([50])
  })
})

describe('What is not for them', () => {
  const NO = /^There is no such (scan|repository), or it is not for you\.$/

  beforeEach(async () => {
    const { readers, rows } = stage
    readers.set('Bearer only8', readerWith('only8', { ...ACME, repositoryIds: [8n] }))
    readers.set('Bearer scans', readerWith('scans', { ...ACME, scopes: ['scan'] }))
    readers.set('Bearer nothing', readerWith('nothing'))
    readers.set('Bearer root', readerWith('root', { ...ACME, scopes: ['admin'], installationId: null }))
    readers.set('Bearer both', readerWith('both', ACME, ZETA))
    rows.set(ONE, aMoment()).set(TWO, aMoment({ scanId: TWO, repositoryId: 9 }))
    await stage.open()
  })

  it.each([
    ['acme', { ofAcme: true, ofZeta: false }],
    ['zeta', { ofAcme: false, ofZeta: true }],
    ['only8', { ofAcme: false, ofZeta: false }],
    ['scans', { ofAcme: false, ofZeta: false }],
    ['nothing', { ofAcme: false, ofZeta: false }],
    ['root', { ofAcme: true, ofZeta: true }],
    ['both', { ofAcme: true, ofZeta: true }],
  ])('%s sees %j', async (token, { ofAcme, ofZeta }) => {
    const client = await stage.as(token)
    const asked = [{ scan: ONE }, { repository: 7 }, { scan: TWO }, { repository: 9 }]
    const answers = []
    for (const what of asked) answers.push(await client.subscribe(what))
    expect(answers.map(({ ok }) => ok)).toEqual([ofAcme, ofAcme, ofZeta, ofZeta])
    for (const { ok, error } of answers) if (!ok) expect(error).toMatch(NO)
    stage.tell(aMoment({ progress: 50 }))
    stage.tell(completed())
    stage.tell(completed({ scanId: TWO, repositoryId: 9 }))
    await client.ask('unsubscribe', { repository: 7 })
    const heard = (id: string) => client.events.some(([name]) => name.includes(id))
    expect([heard(ONE), heard(TWO)]).toEqual([ofAcme, ofZeta])
  })

  it('looks as what there is not', async () => {
    const client = await stage.as('acme')
    const [foreign, none] = [await client.subscribe({ scan: TWO }), await client.subscribe({ scan: scanId(404) })]
    expect(foreign).toEqual(none)
    expect(await client.subscribe({ repository: 9 })).toEqual(await client.subscribe({ repository: 404 }))
  })

  it('is looked up no further than what there is not, so that it is answered as soon', async () => {
    const client = await stage.as('acme')
    const readFor = async (asked: object) => {
      stage.read.length = 0
      await client.subscribe(asked)
      return [...stage.read]
    }
    for (const repository of [9, 404]) expect(await readFor({ repository })).toEqual(['places'])
    for (const scan of [TWO, scanId(404)]) expect(await readFor({ scan })).toEqual(['placeOf'])
    expect(await readFor({ repository: 7 })).toEqual(['places', 'openScans'])
    expect(await readFor({ scan: ONE })).toEqual(['placeOf', 'scan'])
  })
})

describe('From time to time', () => {
  it('whoever is not known any more is sent away, and hears nothing more', async () => {
    await stage.open({ lookMs: 20 })
    stage.rows.set(ONE, aMoment())
    const [one, other] = [
      await stage.as('acme'),
      await stage.client(null, { extraHeaders: { cookie: 'session=ann' } }).connected(),
    ]
    for (const client of [one, other]) await client.subscribe({ scan: ONE })
    stage.readers.delete('Bearer acme')
    await until(() => one.socket.disconnected)
    stage.tell(aMoment({ progress: 50 }))
    await until(() => other.events.length > 0)
    expect(one.events).toEqual([])
  })

  it('what is taken from somebody is no longer told, and they are told so', async () => {
    await stage.open({ lookMs: 20 })
    stage.rows.set(ONE, aMoment()).set(TWO, aMoment({ scanId: TWO, repositoryId: 8 }))
    const client = await stage.as('acme')
    await client.subscribe({ scan: ONE })
    await client.subscribe({ scan: TWO })
    stage.readers.set('Bearer acme', readerWith('acme', { ...ACME, repositoryIds: [8n] }))
    await until(() => client.named('unsubscribed').length > 0)
    expect(client.named('unsubscribed')).toEqual([{ scan: ONE, error: expect.stringContaining('not for you') }])
    expect(stage.counted).toMatchObject({ 'sent unsubscribed': 1, 'rooms scan': 1 })
    // To another installation.
    stage.installations.set(8n, 2n)
    await until(() => client.named('unsubscribed').length > 1)
    stage.tell(aMoment({ progress: 50 }))
    stage.tell(aMoment({ scanId: TWO, repositoryId: 8, progress: 50 }))
    await client.ask('unsubscribe', { scan: ONE })
    expect([client.progressOf(ONE), client.progressOf(TWO)]).toEqual([[], []])
  })

  it('what nobody told is read from the rows: how far a scan has come, that it has ended, that another has begun', async () => {
    await stage.open({ lookMs: 20 })
    stage.rows.set(ONE, aMoment())
    const [one, all] = [await stage.as('acme'), await stage.as('acme')]
    await one.subscribe({ scan: ONE })
    await all.subscribe({ repository: 7 })
    stage.rows.set(ONE, aMoment({ progress: 60 })).set(TWO, aMoment({ scanId: TWO, progress: 10 }))
    await until(() => one.progressOf(ONE).length > 0 && all.progressOf(TWO).length > 0)
    stage.rows.set(ONE, completed())
    await until(() => one.named(`scan:${ONE}:complete`).length + all.named(`scan:${ONE}:complete`).length === 2)
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(all.named(`scan:${ONE}:complete`)).toHaveLength(1)
    expect(one.progressOf(ONE)).toEqual([60])
  })

  it('a scan that was given back waits again, though nobody told, and then begins anew', async () => {
    await stage.open({ lookMs: 20 })
    stage.rows.set(ONE, aMoment({ progress: 30 }))
    const client = await stage.as('acme')
    await client.subscribe({ repository: 7 })
    stage.tell(aMoment({ progress: 50 }))
    stage.rows.set(ONE, aMoment({ status: 'queued', progress: 50 }))
    const statuses = () => client.named(`scan:${ONE}:progress`).map((payload) => (payload as ScanProgress).status)
    await until(() => statuses().length > 1)
    const late = await stage.as('acme')
    expect(await late.subscribe({ scan: ONE })).toMatchObject({ state: { status: 'queued', progress: 50 } })
    // The last that was heard of the attempt before.
    stage.channel.publish(aMoment({ progress: 60 }))
    stage.tell(aMoment({ token: 2, progress: 0 }))
    await until(() => statuses().length > 2)
    expect(statuses()).toEqual(['running', 'queued', 'running'])
    expect(late.progressOf(ONE)).toEqual([0])
  })

  it('whoever comes is answered that a scan waits again, though nobody told', async () => {
    await stage.open()
    stage.tell(aMoment({ progress: 50 }))
    stage.rows.set(ONE, aMoment({ status: 'queued', progress: 50 }))
    const client = await stage.as('acme')
    expect(await client.subscribe({ scan: ONE })).toMatchObject({ state: { status: 'queued' } })
    stage.tell(completed())
    await until(() => client.named(`scan:${ONE}:complete`).length > 0)
  })

  it('nobody is sent away because it can not be asked, for a while', async () => {
    await stage.open({ lookMs: 20, trustedMs: 300 })
    const client = await stage.as('acme')
    stage.away = true
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(client.socket.connected).toBe(true)
    await until(() => client.socket.disconnected)
  })

  /** More than are asked about at a time. */
  const MANY = 25
  const many = Array.from({ length: MANY }, (_, n) => `many-${n}`)
  const connectMany = async () => {
    for (const token of many) stage.readers.set(`Bearer ${token}`, readerWith(token, ACME))
    return Promise.all(many.map(stage.as))
  }

  it('nobody waits for those who can not be asked about soon, and these are known for a while', async () => {
    await stage.open({ lookMs: 20, confirmMs: 50, trustedMs: 1_500 })
    const slow = await connectMany()
    const other = await stage.as('zeta')
    stage.beforeIdentify = (brought) => (brought.startsWith('Bearer many') ? new Promise(() => {}) : undefined)
    stage.readers.delete('Bearer zeta')
    await until(() => other.socket.disconnected)
    expect(slow.filter(({ socket }) => socket.connected)).toHaveLength(MANY)
    await until(() => slow.every(({ socket }) => socket.disconnected))
  })

  it('few are asked about at a time, however many there are', async () => {
    await stage.open({ lookMs: 20 })
    await connectMany()
    const asked = new Set<string>()
    let [now, most] = [0, 0]
    stage.beforeIdentify = async (brought) => {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setTimeout(resolve, 20))
      now -= 1
      asked.add(brought)
    }
    await until(() => asked.size === MANY)
    expect(most).toBe(20)
  })
})

it('Whoever reads too slowly is sent away', async () => {
  await stage.open()
  stage.rows.set(ONE, aMoment({ progress: 1 }))
  const client = await stage.as('acme')
  await client.subscribe({ scan: ONE })
  // In one turn nothing is written to the network.
  for (let n = 0; n < 2_000; n++) stage.channel.publish(aMoment({ progress: 2, message: 'x'.repeat(300) }))
  await until(() => client.socket.disconnected)
})
