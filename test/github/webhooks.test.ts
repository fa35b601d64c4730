import { generateKeyPairSync } from 'node:crypto'
import { createRequire } from 'node:module'
import nock from 'nock'
import pino from 'pino'
import { readAppManifest } from '../../src/api/setup/manifest.ts'
import { type InboxRunner, startInboxRunner } from '../../src/github/inbox-runner.ts'
import { GuardOctokit } from '../../src/github/octokit.ts'
import { BadPayload } from '../../src/github/payloads.ts'
import { createProbot, createReceiver, type Receive, webhookApp } from '../../src/github/webhooks.ts'
import type { Intent } from '../../src/scan/ports/intents.ts'
import type { Delivery } from '../../src/scan/ports/queue.ts'

const EXAMPLES = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
  name: string
  examples: object[]
}[]
const log = pino({ level: 'silent' })
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
const identity = { appId: 1, privateKey, secret: 'a secret', Octokit: GuardOctokit, log }

describe('the Probot app', () => {
  let receive: Receive
  const refused: string[] = []
  const onRefused = ({ hostname }: { hostname?: string }) => refused.push(String(hostname))

  beforeAll(async () => {
    nock.disableNetConnect()
    nock.emitter.on('no match', onRefused)
    receive = await createReceiver(createProbot(identity))
  })
  afterAll(() => {
    nock.emitter.off('no match', onRefused)
    nock.enableNetConnect()
    nock.restore()
  })

  it('handles exactly the events that app.yml subscribes to, and those that every app is sent', async () => {
    const handled: string[] = []
    webhookApp(() => {})({ on: (events) => handled.push(...[events].flat()) })
    const unsubscribable = ['github_app_authorization', 'installation', 'installation_repositories']
    expect(handled.sort()).toEqual([...readAppManifest().default_events, ...unsubscribable].sort())
  })

  it('makes intents of every example of GitHub without a request to GitHub', async () => {
    let intents = 0
    for (const { name, examples } of EXAMPLES) {
      for (const [index, example] of examples.entries()) {
        const payload = { installation: { id: 42 }, ...example }
        intents += (await receive({ id: `${name}-${index}`, event: name, payload })).length
      }
    }
    expect(intents).toBeGreaterThan(20)
    expect(refused).toEqual([])
    // The net was really there.
    await expect(fetch('https://api.github.com/')).rejects.toThrow()
    expect(refused).toEqual(['api.github.com'])
  })

  it('keeps the intents of deliveries apart', async () => {
    const push = (name: string) => ({
      id: name,
      event: 'push',
      payload: {
        ref: `refs/heads/${name}`,
        after: 'a'.repeat(40),
        installation: { id: 1 },
        repository: { id: 7, full_name: 'acme/device', private: false, default_branch: 'main' },
      },
    })
    const [one, two] = await Promise.all([receive(push('one')), receive(push('two'))])
    expect([one, two]).toMatchObject([[{ ref: 'one' }], [{ ref: 'two' }]])
  })

  it('lets a bad payload through as the error it is', async () => {
    const payload = { ref: 7, installation: { id: 1 } }
    await expect(receive({ id: 'bad', event: 'push', payload })).rejects.toThrow(BadPayload)
    await expect(receive({ id: 'null', event: 'push', payload: null })).rejects.toThrow()
  })

  it('has no intents for events it does not know', async () => {
    expect(await receive({ id: 'ping', event: 'ping', payload: { zen: 'Keep it logically awesome.' } })).toEqual([])
  })

  it('refuses an empty secret, which Probot would take for "development"', () => {
    expect(() => createProbot({ ...identity, secret: '' })).toThrow('empty')
  })

  it('keeps payloads out of the log, at whatever level', async () => {
    const lines: string[] = []
    const chatty = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) })
    const receiveAloud = await createReceiver(createProbot({ ...identity, log: chatty }))
    const payload = { ref: 'the payload', installation: { id: 1 } }
    await expect(receiveAloud({ id: 'loud', event: 'push', payload })).rejects.toThrow(BadPayload)
    expect(lines.join()).not.toContain('the payload')
  })
})

describe('the inbox runner', () => {
  const delivery = (id: string): Delivery => ({ id, event: 'push', payload: {} })
  const oneScan = [{ type: 'scan' }] as unknown as Intent[]
  let runner: InboxRunner | undefined
  afterEach(() => runner?.stop())

  /** An inbox in memory: deliveries wait in order, `happened` tells what became of them. */
  function inboxOf(...ids: string[]) {
    const waiting = ids.map(delivery)
    const happened: string[] = []
    const inbox = {
      next: async () => waiting.shift() ?? null,
      done: async (id: string, intents: readonly Intent[]) => {
        happened.push(`done ${id}`)
        return intents.length > 0
      },
      failed: async (id: string, error: string) => void happened.push(`failed ${id}: ${error}`),
    }
    return { inbox, happened, arrive: (id: string) => waiting.push(delivery(id)) }
  }

  const until = async (holds: () => boolean) => {
    for (let tries = 0; !holds() && tries < 200; tries++) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(holds()).toBe(true)
  }

  it('drains the inbox in order and tells of new scans only', async () => {
    const { inbox, happened } = inboxOf('a', 'b', 'c')
    let told = 0
    const receive = async ({ id }: Delivery) => (id === 'b' ? [] : oneScan)
    runner = startInboxRunner({ inbox, receive, onScans: () => told++, log, pollMs: 60_000 })
    await until(() => happened.length === 3)
    expect(happened).toEqual(['done a', 'done b', 'done c'])
    await until(() => told === 2)
  })

  it('goes on after a delivery that fails, which is kept', async () => {
    const { inbox, happened } = inboxOf('bad', 'good')
    const receive = async ({ id }: Delivery) => {
      if (id === 'bad') throw new BadPayload('push', 'ref', 'missing')
      return []
    }
    runner = startInboxRunner({ inbox, receive, onScans: () => {}, log, pollMs: 60_000 })
    await until(() => happened.length === 2)
    expect(happened).toEqual([
      "failed bad: BadPayload: The payload of the push event can't be used: ref: missing",
      'done good',
    ])
  })

  it('a delivery whose intents can not be written is kept too, without what an internal error says', async () => {
    const { inbox, happened } = inboxOf('a')
    inbox.done = async () => Promise.reject(new Error('deadlock detected'))
    runner = startInboxRunner({ inbox, receive: async () => oneScan, onScans: () => {}, log, pollMs: 60_000 })
    await until(() => happened.length === 1)
    expect(happened).toEqual(["failed a: Error: the server's log says more."])
  })

  it('wakes when nudged, long before it would look again', async () => {
    const { inbox, happened, arrive } = inboxOf()
    runner = startInboxRunner({ inbox, receive: async () => [], onScans: () => {}, log, pollMs: 60_000 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    arrive('late')
    runner.nudge()
    await until(() => happened.length === 1)
  })

  it('looks again by itself, for deliveries that are due again', async () => {
    const { inbox, happened, arrive } = inboxOf()
    runner = startInboxRunner({ inbox, receive: async () => [], onScans: () => {}, log, pollMs: 10 })
    await new Promise((resolve) => setTimeout(resolve, 5))
    arrive('due')
    await until(() => happened.length === 1)
  })

  it('survives an inbox that can not be reached', async () => {
    const { inbox, happened } = inboxOf('a')
    const { next } = inbox
    let outages = 2
    inbox.next = async () => {
      if (outages-- > 0) throw new Error('connection refused')
      return next()
    }
    runner = startInboxRunner({ inbox, receive: async () => [], onScans: () => {}, log, pollMs: 5 })
    await until(() => happened.length === 1)
  })

  it('stops after the delivery at hand', async () => {
    const { inbox, happened } = inboxOf('a', 'b')
    let finish = () => {}
    const receive = () => new Promise<Intent[]>((resolve) => (finish = () => resolve([])))
    runner = startInboxRunner({ inbox, receive, onScans: () => {}, log, pollMs: 60_000 })
    await new Promise((resolve) => setTimeout(resolve, 10))
    const stopped = runner.stop()
    finish()
    await stopped
    expect(happened).toEqual(['done a'])
  })
})
