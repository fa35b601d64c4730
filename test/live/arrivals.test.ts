/** Connections before it is known whose they are: few for each address, and none for whoever was refused too often. */
import { Manager } from 'socket.io-client'
import { until } from './moments.ts'
import { LiveStage, readerWith } from './stage.ts'

let stage: LiveStage
const wires: Manager[] = []
beforeEach(() => {
  stage = new LiveStage()
  stage.readers.set('Bearer acme', readerWith('acme', { scopes: ['read'], installationId: 1n, repositoryIds: [] }))
})
afterEach(async () => {
  for (const { engine } of wires.splice(0)) engine.close()
  await stage.close()
})

/** Opens a connection and says nothing. Answers whether it was let in so far. */
function silent(address: string): Promise<boolean> {
  const wire = new Manager(stage.url, { ...SILENT, ...from(address) })
  wires.push(wire)
  return new Promise((resolve) => void wire.open((error) => resolve(error === undefined)))
}

const SILENT = { transports: ['websocket'], reconnection: false, autoConnect: false }
const from = (address: string) => ({ extraHeaders: { 'x-forwarded-for': address } })
const arriving = () => stage.counted['connections arriving']

describe('Whoever says nothing', () => {
  it('takes a few places of its address, and none of others', async () => {
    await stage.open({ arriving: 2 })
    expect([await silent('one'), await silent('one'), await silent('one')]).toEqual([true, true, false])
    expect(stage.counted).toMatchObject({ 'connections arriving': 2, 'refused address': 1 })
    await expect(stage.client('acme', from('one')).connected()).rejects.toThrow('websocket error')
    await expect(stage.client('acme', from('other')).connected()).resolves.toBeDefined()
  })

  it('makes room by going', async () => {
    await stage.open({ arriving: 1 })
    await silent('one')
    wires[0]?.engine.close()
    await until(() => arriving() === 0)
    expect(await silent('one')).toBe(true)
  })

  it('is sent away after a while', async () => {
    await stage.open({ silentMs: 50 })
    await silent('one')
    await until(() => wires[0]?.engine.readyState === 'closed')
    expect(arriving()).toBe(0)
  })
})

describe('Whoever is known', () => {
  it('takes no such place', async () => {
    await stage.open({ arriving: 1 })
    for (let n = 0; n < 3; n++) await stage.client('acme', from('one')).connected()
    expect(stage.counted).toMatchObject({ 'connections arriving': 0, 'connections known': 3 })
  })
})

describe('Whoever is nobody', () => {
  it('is told so, and has no connection to try again with', async () => {
    await stage.open()
    await silent('one')
    const [wire] = wires
    const heard: string[] = []
    wire?.engine.on('data', (data) => heard.push(String(data)))
    wire?.engine.write('0/ws,{"token":"guess"}')
    await until(() => wire?.engine.readyState === 'closed')
    expect(heard).toEqual([expect.stringMatching(/^4\/ws,.*Nobody is known by that/)])
  })

  it('is not let in any more, however good the next key, while others are', async () => {
    await stage.open({ failures: 3 })
    for (let n = 0; n < 3; n++) {
      await expect(stage.client('guess', from('one')).connected()).rejects.toThrow('Nobody is known')
    }
    await expect(stage.client('acme', from('one')).connected()).rejects.toThrow('websocket error')
    await expect(stage.client('acme', from('other')).connected()).resolves.toBeDefined()
    expect(stage.counted).toMatchObject({ 'refused nobody': 3, 'refused address': 1 })
  })

  it('is told apart from who can not be asked about now, and from who has too many', async () => {
    await stage.open({ failures: 1, ofReader: 1 })
    stage.away = true
    await expect(stage.client('acme', from('one')).connected()).rejects.toThrow('Something went wrong')
    stage.away = false
    await stage.client('acme', from('one')).connected()
    await expect(stage.client('acme', from('one')).connected()).rejects.toThrow('1 connections of acme')
    await expect(stage.client('guess', from('one')).connected()).rejects.toThrow('Nobody is known')
    expect(stage.counted).toMatchObject({ 'refused error': 1, 'refused reader': 1, 'refused nobody': 1 })
  })
})
