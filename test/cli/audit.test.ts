/** `rosie-guard audit`: out of the server's database, and offline. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cellsOf, HEADER } from '../../src/audit/cells.ts'
import { checkpointSigner } from '../../src/audit/checkpoint.ts'
import { csvLine } from '../../src/report/csv.ts'
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

const file = async (name: string, text: string | Uint8Array) => {
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
  /** As on a server: its own events among those of installations. */
  const mixed = linked(
    [null, 7, null, 7, 7, 8].map((installationId, index) =>
      anEvent(index + 1, { installationId, ...(installationId === null && { resource: `server/${index + 1}` }) }),
    ),
  )
  const ofInstallation = mixed.filter(({ installationId }) => installationId === 7)
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

  it('reads an export whose line ends a program on Windows has changed', async () => {
    const { code } = await guard('audit', 'verify', await file('crlf.jsonl', exportOf(events).replaceAll('\n', '\r\n')))
    expect(code).toBe(0)
  })

  it('calls nothing changed that is no export of the trail: CSV, an answer of the interface, another encoding', async () => {
    const csv = [HEADER, ...events.map(cellsOf)].map(csvLine).join('')
    const utf16 = Buffer.from(`\uFEFF${exportOf(events)}`, 'utf16le')
    for (const text of [csv, JSON.stringify({ items: events, next: null }), 'null\n', '\n', utf16]) {
      expect(await guard('audit', 'verify', await file('other', text))).toEqual({
        ...{
          code: 2,
          out: '',
          err: expect.stringMatching(/other is no JSON Lines export: .* audit export --output FILE/),
        },
      })
    }
  })

  it('says that a part can not be verified by itself, and what can be done', async () => {
    const part = await file('part.jsonl', exportOf(ofInstallation))
    expect(await guard('audit', 'verify', part)).toEqual({
      ...{
        code: 2,
        out: '',
        err: expect.stringMatching(/part\.jsonl can't be verified by itself: .* position 1,.*--contains/),
      },
    })
  })

  it('shows that each line of a part is in a full export, or names the first that is not', async () => {
    const full = await file('full.jsonl', exportOf(mixed))
    const contains = async (lines: string[], whole = full) =>
      guard('audit', 'verify', whole, '--contains', await file('part.jsonl', lines.join('\n')), '--json')
    const [one = '', two = '', three = ''] = exportOf(ofInstallation).split('\n')
    const good = await contains([one, two, three])
    expect(good.code).toBe(0)
    expect(JSON.parse(good.out)).toMatchObject({ verified: true, events: 6, contains: { lines: 3, missing: null } })
    const bad = await contains([one, two.replace('ada', 'eve'), three.replace('ada', 'eve')])
    expect(bad.code).toBe(1)
    expect(JSON.parse(bad.out)).toMatchObject({ verified: false, fault: null, contains: { lines: 3, missing: 2 } })
    const changed = await file('changed.jsonl', exportOf(mixed).replace('server/1', 'server/2'))
    const faulty = await contains([one], changed)
    expect(faulty.code).toBe(1)
    expect(JSON.parse(faulty.out)).toMatchObject({ fault: { line: 1 }, contains: null })
  })

  it('tells people of a part', async () => {
    const full = await file('full.jsonl', exportOf(mixed))
    const part = await file('part.jsonl', exportOf(ofInstallation).replaceAll('\n', '\r\n'))
    const good = await guard('audit', 'verify', full, '--contains', part)
    expect(good.out).toMatch(
      /^Verified: 6 events, .*\nEach line of \S+part\.jsonl is in it as it is: 3 lines\.\nNo check/,
    )
    const bad = await guard('audit', 'verify', full, '--contains', await file('bad.jsonl', exportOf(events)))
    expect(bad.code).toBe(1)
    expect(bad.out).toMatch(
      /^NOT VERIFIED: line 1 of \S+bad\.jsonl is not in the full export .*\nThe full export: 6 events,/,
    )
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
      [[good, '--contains', join(folder, 'none')], "none can't be read: ENOENT"],
      [[good, '--contains', seen], 'is no JSON Lines export'],
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
      const { code, out, err } = await guard('audit', 'export', '--output', path, '--force')
      lines = (await readFile(path, 'utf8')).split('\n').length - 1
      const events = lines === 1 ? '1 event' : `${lines} events`
      const told = new RegExp(`^${events}, to position ${lines}\n(\\d newer .*\n)?$`)
      expect({ code, out, err }).toEqual({ code: 0, out: '', err: expect.stringMatching(told) })
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

  it('says how many newer events an export lacks, since a transaction is open', async () => {
    // The embedded database serves one process at a time.
    if (!('url' in where)) return
    const database = await openDatabase(where)
    let end = () => {}
    const open = new Promise<void>((resolve) => {
      end = resolve
    })
    let begun = false
    const held = database.client.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT pg_current_xact_id()::text`
      begun = true
      await open
    })
    while (!begun) await sleep(5)
    // The export itself, which is an event as well.
    const told = async (...to: string[]) => (await guard('audit', 'export', ...to)).err
    const before = Number(/^(\d+) newer event/.exec(await told())?.[1])
    expect(before).toBeGreaterThan(0)
    expect(await told('--output', join(folder, 'held.jsonl'))).toMatch(
      new RegExp(
        `^\\d+ events?, to position \\d+\n${before + 1} newer events are not linked yet, and not in it: export`,
      ),
    )
    end()
    await held
    while ((await told()) !== '') await sleep(20)
    await database.close()
  })

  it('exports CSV that no spreadsheet runs', async () => {
    const { code, out } = await guard('audit', 'export', '--format', 'csv')
    expect(code).toBe(0)
    const [header, first] = out.split('\r\n')
    expect(header).toMatch(/^position,id,at,actor,action,resource,previous,next,.*,hash$/)
    expect(first).toMatch(/^1,\d+,\d{4}-[\d:.T-]+Z,ada,product\.changed,'=1\+1,,,/)
  })

  it('replaces no older export without being told to, and then notes no export either', async () => {
    const older = await file('older.jsonl', 'the trail of last year')
    const exports = async () => {
      const database = await openDatabase(where)
      const noted = await database.client.auditEvent.count({ where: { action: 'audit.exported' } })
      await database.close()
      return noted
    }
    const before = await exports()
    expect(await guard('audit', 'export', '--output', older)).toEqual({
      ...{ code: 2, out: '', err: expect.stringMatching(/older\.jsonl is there already.*--force/) },
    })
    expect(await readFile(older, 'utf8')).toBe('the trail of last year')
    expect(await exports()).toBe(before)
    expect(await guard('audit', 'export', '--output', older, '--force')).toMatchObject({ code: 0 })
    expect(await exports()).toBe(before + 1)
    expect(await readFile(older, 'utf8')).toMatch(/^\{"action":/)
  })

  it('says what is wrong', async () => {
    expect(await guard('audit', 'export', '--format', 'xml')).toMatchObject({ code: 2, out: '' })
    const unwritable = await guard('audit', 'export', '--output', join(folder, 'no/such/folder'))
    expect(unwritable).toMatchObject({ code: 2, err: expect.stringContaining("folder can't be written: ENOENT") })
  })
})
