/** No connection is held without being counted: what no client of Socket.IO does, said byte by byte. */
import { until } from './moments.ts'
import { LiveStage, readerWith } from './stage.ts'
import { Wire } from './wire.ts'

const JOIN = '40/ws,{"token":"acme"}'
const LEAVE = '41/ws,'

let stage: LiveStage
const wires: Wire[] = []
beforeEach(() => {
  stage = new LiveStage()
  for (const name of ['acme', 'zeta']) {
    const installationId = name === 'acme' ? 1n : 2n
    stage.readers.set(`Bearer ${name}`, readerWith(name, { scopes: ['read'], installationId, repositoryIds: [] }))
  }
})
afterEach(async () => {
  for (const wire of wires.splice(0)) wire.cut()
  await stage.close()
})

async function open(options?: Parameters<typeof Wire.open>[1]): Promise<Wire> {
  const wire = await Wire.open(stage.url, options)
  if (!wire) throw new Error('It was refused.')
  wires.push(wire)
  return wire
}

const hears = (wire: Wire, start: string) => until(() => wire.heard.some((packet) => packet.startsWith(start)))

async function joined(): Promise<Wire> {
  const wire = await open()
  wire.say(JOIN)
  await hears(wire, '40/ws,')
  return wire
}

const counts = () => [stage.counted['connections arriving'] ?? 0, stage.counted['connections known'] ?? 0]

describe('Whoever leaves the namespace', () => {
  it('leaves altogether, so that others find room', async () => {
    await stage.open({ ofReader: 2, ofAll: 3 })
    for (let n = 0; n < 5; n++) {
      const wire = await joined()
      wire.say(LEAVE)
      await until(() => wire.closed)
      wire.cut()
    }
    await until(() => counts().every((count) => count === 0))
    await expect(stage.client('zeta').connected()).resolves.toBeDefined()
  })

  it('counts until nothing is left of the connection', async () => {
    await stage.open({ ofReader: 2, ofAll: 3 })
    for (const wire of [await joined(), await joined()]) {
      wire.say(LEAVE)
      // It is asked to go, and does not answer.
      await until(() => wire.closed)
    }
    expect(counts()).toEqual([0, 2])
    await expect(stage.client('acme').connected()).rejects.toThrow('2 connections of acme already')
    await until(() => counts()[0] === 0)
    await expect(stage.client('zeta').connected()).resolves.toBeDefined()
    expect(await Wire.open(stage.url)).toBeNull()
    expect(stage.counted['refused full']).toBe(1)
  })
})

describe('Whoever says who they are', () => {
  it('says it once: a list of keys in one go is one connection, and ends', async () => {
    await stage.open()
    const asked = countQuestions()
    const wire = await open()
    for (const token of ['acme', 'zeta', 'guess']) wire.say(`40/ws,{"token":"${token}"}`)
    await until(() => wire.closed)
    expect(asked()).toBe(1)
    wire.cut()
    await until(() => counts().every((count) => count === 0))
  })

  it('may not say it again later', async () => {
    await stage.open()
    const wire = await joined()
    wire.say('40/ws,{"token":"zeta"}')
    await until(() => wire.closed)
    wire.cut()
    await until(() => counts().every((count) => count === 0))
  })

  it('is counted even where all come at once', async () => {
    await stage.open({ ofReader: 2 })
    let questions = 0
    let answer = () => {}
    const answered = new Promise<void>((resolve) => {
      answer = resolve
    })
    stage.beforeIdentify = () => {
      if (++questions === 6) answer()
      return answered
    }
    const all = await Promise.all(Array.from({ length: 6 }, () => open()))
    for (const wire of all) wire.say(JOIN)
    await until(() => all.filter(({ heard }) => heard.some((packet) => packet.startsWith('44/ws,'))).length === 4)
    await until(() => all.filter(({ closed }) => closed).length === 4)
    expect(all.filter(({ heard }) => heard.some((packet) => packet.startsWith('40/ws,')))).toHaveLength(2)
    for (const wire of all) if (wire.closed) wire.cut()
    await until(() => String(counts()) === '0,2')
  })

  it('finds nothing in other namespaces, and is sent away while it asks for those alone', async () => {
    await stage.open({ silentMs: 100 })
    const wire = await open()
    for (const namespace of ['', '/other,', '/ws2,']) wire.say(`40${namespace}{"token":"acme"}`)
    await hears(wire, '44/other,')
    expect(counts()).toEqual([1, 0])
    await until(() => wire.closed)
    wire.cut()
    await until(() => counts()[0] === 0)
  })

  it('stays one connection, whatever else it asks for', async () => {
    await stage.open({ silentMs: 100 })
    const wire = await joined()
    for (const namespace of ['', '/other,']) wire.say(`40${namespace}`)
    await hears(wire, '44/other,')
    expect(counts()).toEqual([0, 1])
    wire.say(LEAVE)
    await until(() => wire.closed)
  })
})

it('Whoever asks and does not read the answers is disconnected', async () => {
  await stage.open({ silentMs: 60_000 })
  const wire = await open()
  wire.deafen()
  // Each is answered with its name, which fills what the system keeps for who reads later.
  for (let n = 0; n < 20_000; n++) wire.say(`40/${'x'.repeat(1_000)},`)
  await until(() => counts()[0] === 0)
})

describe('Whoever is silent', () => {
  it('is counted as arriving, and gone in time', async () => {
    await stage.open({ silentMs: 100, ofAll: 1 })
    const wire = await open()
    expect(counts()).toEqual([1, 0])
    expect(await Wire.open(stage.url, { address: 'other' })).toBeNull()
    await until(() => wire.closed)
    wire.cut()
    await until(() => counts()[0] === 0)
  })

  it('is not kept by an answer that does not come', async () => {
    await stage.open({ silentMs: 100 })
    let answer = () => {}
    stage.beforeIdentify = () => new Promise((resolve) => (answer = resolve))
    const wire = await open()
    wire.say(JOIN)
    await until(() => wire.closed)
    wire.cut()
    await until(() => counts()[0] === 0)
    answer()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(counts()).toEqual([0, 0])
  })
})

describe('A connection', () => {
  it('is not moved to another, which would not be counted', async () => {
    await stage.open()
    const wire = await open()
    await hears(wire, '0{')
    const { sid } = JSON.parse(wire.heard[0]?.slice(1) ?? '')
    expect(await Wire.open(stage.url, { query: `&sid=${sid}` })).toBeNull()
    const plain = await fetch(`${stage.url}/socket.io/?EIO=4&transport=websocket&sid=${sid}`)
    expect(plain.status).toBe(400)
    expect(counts()).toEqual([1, 0])
  })

  it.each(['polling', 'websocket', 'webtransport'])('is not made by a plain request for %s', async (transport) => {
    await stage.open()
    for (const method of ['GET', 'POST']) {
      const answer = await fetch(`${stage.url}/socket.io/?EIO=4&transport=${transport}`, { method })
      expect(answer.status).toBe(400)
    }
    expect(counts()).toEqual([0, 0])
  })

  it('of an older protocol is not made, and counts no more', async () => {
    await stage.open()
    const wire = await open({ query: '&EIO=3' })
    await until(() => wire.closed)
    await until(() => stage.counted['connections arriving'] === 0)
  })
})

/** How often it was asked who somebody is. */
function countQuestions(): () => number {
  let questions = 0
  stage.beforeIdentify = async () => {
    questions++
  }
  return () => questions
}
