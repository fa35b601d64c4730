/** `rosie-guard audit`: out of the server's database, and offline. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkpointSigner } from '../../src/audit/checkpoint.ts'
import { recordAudits } from '../../src/store/audit.ts'
import { AuditChain } from '../../src/store/audit-chain.ts'
import { openDatabase } from '../../src/store/database.ts'
import { anEvent, exportOf, linked } from '../audit/trail.ts'
import { forEachDatabase, type Where } from '../support/database.ts'
import { guard } from './guard.ts'

const before = { ...process.env }
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rosie-guard-audit-'))
})
afterEach(() => {
  process.env = { ...before }
})
afterAll(() => rm(folder, { recursive: true }))

const file = async (name: string, text: string) => {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}
const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const signer = checkpointSigner(privateKey)
const AT = '2026-02-02T12:00:00.000Z'

describe('rosie-guard audit verify', () => {
  const events = linked([1, 2, 3, 4].map((id) => anEvent(id)))
  const hashAt = (position: number) => events[position - 1]?.hash ?? ''
  const signed = (position: number, hash = hashAt(position)) => signer.sign({ position, hash, at: AT })

  it('says what is proven of an export, and what is not without a checkpoint', async () => {
    const { code, out } = await guard('audit', 'verify', await file('good.jsonl', exportOf(events)))
    expect(code).toBe(0)
    expect(out).toBe(
      `Verified: 4 events, the last of ${events[3]?.at}, sha256 ${hashAt(4)}. They are one whole chain.\n` +
        'No checkpoint was given: it is not proven that nothing is missing at the end, nor that the whole chain is not another one.\n',
    )
  })

  it('says where an export is not what was linked', async () => {
    const [one = '', two = '', ...others] = exportOf(events).split(/(?<=\n)/)
    const bad = await file('bad.jsonl', [one, two.replace('ada', 'eve'), ...others].join(''))
    const { code, out } = await guard('audit', 'verify', bad)
    expect(code).toBe(1)
    expect(out).toMatch(
      /^NOT VERIFIED: line 2, position 2: The hash is not that of this event.*\nUp to there: 1 event,/,
    )
    const { out: json } = await guard('audit', 'verify', bad, '--json')
    expect(JSON.parse(json)).toMatchObject({
      verified: false,
      events: 1,
      fault: { line: 2, position: 2 },
      checkpoints: [],
    })
  })

  it('holds checkpoints against it: of its end, of an earlier event, of one that is missing, of another chain', async () => {
    const key = await file('key.json', JSON.stringify(await signer.publicKey()))
    const good = await file('good.jsonl', exportOf(events))
    const verify = async (...jws: string[]) =>
      guard('audit', 'verify', good, '--checkpoint', await file('seen.txt', jws.join('\n')), '--key', key)
    const all = await verify(await signed(2), await signed(4))
    expect(all).toMatchObject({
      code: 0,
      out: expect.stringContaining('up to then nothing was changed and nothing is missing'),
    })
    expect(all.out).toContain(`Passes through the checkpoint of ${AT} at position 2.\n`)
    expect(await verify(await signed(3))).toMatchObject({
      ...{ code: 0, out: expect.stringContaining('After position 3 no checkpoint vouches for the 1 event that') },
    })
    expect(await verify(await signed(9, 'a'.repeat(64)))).toMatchObject({
      ...{ code: 1, out: expect.stringMatching(/^NOT VERIFIED: position 5: The end is missing/) },
    })
    expect(await verify(await signed(3, hashAt(2)))).toMatchObject({
      ...{ code: 1, out: expect.stringMatching(/^NOT VERIFIED: line 3, position 3: .*another chain/) },
    })
  })

  it('ends with 2 where it can not be verified', async () => {
    const good = await file('good.jsonl', exportOf(events))
    const [key, seen] = [await file('key.pem', publicKey), await file('seen.txt', await signed(2))]
    const stranger = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const wrong: [string[], string][] = [
      [[join(folder, 'none')], "none can't be read: ENOENT"],
      [[good, '--checkpoint', seen], 'A checkpoint proves nothing unless its key is known'],
      [[good, '--key', key], '--key verifies checkpoints: name a file of them'],
      [[good, '--checkpoint', key, '--key', key], 'There is no checkpoint in'],
      [[good, '--checkpoint', seen, '--key', seen], 'It must hold public keys'],
      [[good, '--checkpoint', seen, '--key', await file('other.pem', stranger)], 'is not signed with the key in'],
    ]
    for (const [args, message] of wrong) {
      expect(await guard('audit', 'verify', ...args)).toEqual({
        code: 2,
        out: '',
        err: expect.stringContaining(message),
      })
    }
  })
})

forEachDatabase('rosie-guard audit', (databases) => {
  let where: Where
  beforeAll(async () => {
    where = await databases.place()
    const database = await openDatabase(where)
    const resources = ['=1+1', 'b']
    await recordAudits(
      database.client,
      resources.map((resource) => ({ actor: 'ada', action: 'product.changed', resource })),
    )
    await database.close()
  })
  beforeEach(() => {
    Object.assign(process.env, { DATABASE_URL: '', DATA_DIR: '/nowhere' })
    Object.assign(process.env, 'url' in where ? { DATABASE_URL: where.url } : { DATA_DIR: where.dataDir })
  })

  it('exports what verify proves, the export itself included, and passes its own checkpoint', async () => {
    expect(await guard('audit', 'checkpoint')).toMatchObject({
      code: 2,
      err: expect.stringContaining('CHECKPOINT_KEY'),
    })
    // Transactions of other suites, on the same server, may hold the chain up for a moment.
    const path = join(folder, 'trail.jsonl')
    for (let lines = 0; lines < 3; ) {
      expect(await guard('audit', 'export', '--output', path)).toEqual({ code: 0, out: '', err: '' })
      lines = (await readFile(path, 'utf8')).split('\n').length - 1
    }
    expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([])
    const [first = '', second = '', third = ''] = (await readFile(path, 'utf8')).split('\n')
    expect([first, second, third].map((line) => JSON.parse(line))).toMatchObject([
      { position: 1, actor: 'ada', resource: '=1+1' },
      { position: 2, resource: 'b' },
      { position: 3, actor: 'cli', action: 'audit.exported', next: { format: 'jsonl' } },
    ])
    const database = await openDatabase(where)
    const { position, hash } = JSON.parse(second)
    const jws = await signer.sign({ position, hash, at: AT })
    await new AuditChain(database).keepCheckpoint({ position, hash, jws, at: new Date(AT) })
    await database.close()
    const newest = await guard('audit', 'checkpoint')
    expect(newest).toEqual({ code: 0, out: `${jws}\n`, err: `Position 2, sha256 ${hash}, ${AT}\n` })
    const [seen, key] = [await file('newest.txt', newest.out), await file('public.pem', publicKey)]
    const verified = await guard('audit', 'verify', path, '--checkpoint', seen, '--key', key)
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining('position 2') })
  })

  it('exports CSV that no spreadsheet runs', async () => {
    const { code, out } = await guard('audit', 'export', '--format', 'csv')
    expect(code).toBe(0)
    const [header, first] = out.split('\r\n')
    expect(header).toMatch(/^position,id,at,actor,action,resource,previous,next,.*,hash$/)
    expect(first).toMatch(/^1,\d+,\d{4}-[\d:.T-]+Z,ada,product\.changed,'=1\+1,,,/)
  })

  it('says what is wrong', async () => {
    expect(await guard('audit', 'export', '--format', 'xml')).toMatchObject({ code: 2, out: '' })
    const unwritable = await guard('audit', 'export', '--output', join(folder, 'no/such/folder'))
    expect(unwritable).toMatchObject({ code: 2, err: expect.stringContaining("folder can't be written: ENOENT") })
  })
})
