import { Writable } from 'node:stream'
import { createLogger, outputOf, readableLines } from '../../src/telemetry/logger.ts'

function lines(): { text: () => string; write: (line: string) => void } {
  const all: string[] = []
  return { text: () => all.join(''), write: (line) => void all.push(line) }
}

describe('The logger', () => {
  it('writes one JSON line with ISO time, level and service', () => {
    const out = lines()
    createLogger('info', out).info({ scanId: '7', files: 3 }, 'scan completed')
    expect(JSON.parse(out.text())).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'rosie-guard',
      scanId: '7',
      files: 3,
      msg: 'scan completed',
    })
    expect(out.text().endsWith('}\n')).toBe(true)
  })

  it('leaves out what is below its level', () => {
    const out = lines()
    createLogger('warn', out).info('not said')
    expect(out.text()).toBe('')
  })

  it('keeps an error with its type, message, stack and cause', () => {
    const out = lines()
    createLogger('info', out).error({ err: new TypeError('no such tree', { cause: new Error('404') }) }, 'failed')
    const { err } = JSON.parse(out.text())
    expect(err).toMatchObject({ type: 'TypeError', message: expect.stringContaining('no such tree') })
    expect(err.stack).toContain('404')
  })

  const token = `ghs_${'a1B2'.repeat(9)}`
  const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIEsecret\n-----END RSA PRIVATE KEY-----'
  it.each([
    [
      'an authorization header, at any depth',
      { err: { request: { headers: { Authorization: 'token-of-app' } } } },
      'token-of-app',
    ],
    [
      'members by their names',
      { privateKey: 'k-1', webhook_secret: 'k-1', clientSecret: 'k-1', list: [{ token: 'k-1' }] },
      'k-1',
    ],
    ["a signature's header", { headers: { 'x-hub-signature-256': 'sha256=abc' } }, 'sha256=abc'],
    ['a token of GitHub in a text', { url: `https://x-access-token:${token}@github.com/a/b` }, token],
    ['a fine-grained token', { note: 'github_pat_11ABC_def is set' }, 'github_pat_11ABC_def'],
    ['an API key of ours', { note: `sent rsk_${'0a'.repeat(32)} along` }, '0a0a'],
    ['a private key in a text', { note: `read ${pem} from the environment` }, 'MIIEsecret'],
    ['a bearer token in a text', { note: 'sent Bearer eyJhbGciOi.eyJpc3Mi.c2lnbmF0dXJl' }, 'eyJpc3Mi'],
    ['a cookie of ours', { note: 'rosie_session=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl' }, 'c2lnbmF0dXJl'],
    ['what is encrypted', { note: 'eyJhbGciOiJkaXIiLCJlbmMiOiJB..aXZpdg.Y2lwaGVy.dGFn is kept' }, 'Y2lwaGVy'],
    ['the password of an address', { database: 'postgres://guard:pa55word@db/guard' }, 'pa55word'],
    ['a token in an error', { err: new Error(`GitHub refused ${token}`) }, token],
  ])('never writes %s', (_what, members, secret) => {
    const out = lines()
    createLogger('info', out).info(members, 'said')
    expect(out.text()).toContain('[redacted]')
    expect(out.text()).not.toContain(secret)
    expect(JSON.parse(out.text()).msg).toBe('said')
  })

  it('never writes a token in the message itself, nor from a child logger', () => {
    const out = lines()
    createLogger('info', out).child({ token: 'k-1' }).info(`got ${token}`)
    expect(out.text()).not.toContain(token)
    expect(out.text()).not.toContain('k-1')
  })

  it('leaves alone what only looks similar', () => {
    const out = lines()
    const members = { url: 'https://github.com/acme/lab', tokens: 3, note: 'basic checks, token expired' }
    createLogger('info', out).info(members, 'said')
    expect(JSON.parse(out.text())).toMatchObject(members)
  })
})

it('Whole lines of another logger go where its own go', () => {
  const out = lines()
  outputOf(createLogger('error', out)).write('{"level":"info"}\n')
  expect(out.text()).toBe('{"level":"info"}\n')
})

describe('At a terminal', () => {
  it('a line reads: time, level, message, the rest; and an error has its stack below', () => {
    let text = ''
    const terminal = new Writable({
      write(chunk, _encoding, done) {
        text += chunk
        done()
      },
    })
    const log = createLogger('info', readableLines(terminal))
    log.warn({ scanId: '7' }, 'again later')
    log.error({ err: new Error('no such tree') }, 'failed')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of the terminal
    const plain = text.replace(/\u001b\[\d+m/g, '')
    expect(plain).toMatch(/^\d\d:\d\d:\d\d warn {2}again later \{"scanId":"7"\}\n/)
    expect(plain).toMatch(/\n\d\d:\d\d:\d\d error failed\nError: no such tree\n {4}at /)
    expect(plain).not.toContain('rosie-guard"')
  })
})
