/** Assessments of vendors. Scanned on 6 February 2026. */
import { assessRecord, briefly, document, goodBut } from '../../support/record.ts'

const PATH = '.gxp/vendor_assessments/VA-postgresql.md'

const FIELDS: Record<string, string> = {
  vendor_name: 'PostgreSQL Global Development Group',
  product: '"PostgreSQL"',
  certification_type: 'Community process',
  certification_date: '"2025-11-21"',
  expiry_date: '2026-11-21',
  scope: '[transactions, backup]',
  risk_reduction_justification: '|\n  Its own tests\n  cover it.',
}

const assessment = (changes: Record<string, string | null> = {}) =>
  document(
    Object.entries({ ...FIELDS, ...changes }).flatMap(([key, value]) => (value === null ? [] : [`${key}: ${value}`])),
  )

const found = async (files: Record<string, string | Uint8Array>, now = '2026-02-06T23:59:59Z') => {
  const { findings } = await assessRecord(goodBut(files), { now: new Date(now) })
  return findings.filter(({ path }) => path?.includes('vendor_assessments'))
}
const told = async (...given: Parameters<typeof found>) => briefly({ findings: await found(...given) })

describe('vendor/malformed', () => {
  it('is silent about a whole assessment', async () => {
    expect(await found({ [PATH]: assessment() })).toEqual([])
  })

  it.each(Object.keys(FIELDS))('finds that `%s` is missing or empty', async (name) => {
    expect(await found({ [PATH]: assessment({ [name]: null }) })).toMatchObject([
      {
        rule: 'vendor/malformed',
        severity: 'warning',
        path: PATH,
        line: 1,
        message: `The front matter lacks \`${name}\`.`,
      },
    ])
    const line = 2 + Object.keys(FIELDS).indexOf(name)
    expect(await told({ [PATH]: assessment({ [name]: '' }) })).toEqual([`${PATH}:${line} warning vendor/malformed`])
  })

  it('finds an empty list, and names all that is missing at once', async () => {
    expect(await found({ [PATH]: assessment({ scope: '[]', product: null }) })).toMatchObject([
      { line: 6, message: 'The front matter lacks `product`, `scope`.' },
    ])
  })

  it.each([
    ['certification_date', '21.11.2025', 5],
    ['certification_date', '2025-11-31', 5],
    ['expiry_date', '2026-11', 6],
    ['expiry_date', '[2026-11-21]', 6],
  ])('finds that `%s` is %s', async (name, value, line) => {
    const [finding, ...others] = await found({ [PATH]: assessment({ [name]: value }) })
    expect(finding).toMatchObject({ rule: 'vendor/malformed', line })
    expect(finding?.message).toContain(`\`${name}\` is ${value.startsWith('[') ? 'no single value' : `\`${value}\``}`)
    expect(others).toEqual([])
  })

  it('finds a certification that has not come yet, by UTC', async () => {
    const files = { [PATH]: assessment({ certification_date: '2026-02-07' }) }
    expect(await found(files)).toMatchObject([{ line: 5, message: expect.stringContaining('a day that has come') }])
    expect(await found(files, '2026-02-07T00:00:00Z')).toEqual([])
  })

  it('finds an expiry before the certification', async () => {
    expect(
      await told(
        { [PATH]: assessment({ certification_date: '2026-02-05', expiry_date: '2026-02-05' }) },
        '2026-02-05T10:00:00Z',
      ),
    ).toEqual([])
    const [one, ...others] = await found({
      [PATH]: assessment({ certification_date: '2026-02-06', expiry_date: '2026-02-05' }),
    })
    expect(others).toEqual([])
    expect(one).toMatchObject({
      line: 6,
      message: expect.stringContaining('a day after the certification, 2026-02-06'),
    })
  })

  it('tells front matter that can not be read once, with its line', async () => {
    expect(await told({ [PATH]: '---\nproduct: [\n---\n' })).toEqual([`${PATH}:3 warning vendor/malformed`])
    expect(await told({ [PATH]: '# PostgreSQL\n' })).toEqual([`${PATH}:1 warning vendor/malformed`])
  })

  it('leaves a file that is no text to the rule about encoding', async () => {
    expect(await told({ [PATH]: new Uint8Array([0xff]) })).toEqual([`${PATH}:1 warning artifact/encoding`])
  })

  it('expects nothing of a template', async () => {
    expect(await found({ '.gxp/vendor_assessments/VA-template.md': '# Vendor\n' })).toEqual([])
  })
})

describe('vendor/expired', () => {
  const expired = { [PATH]: assessment({ expiry_date: '2026-02-05' }) }

  it('finds an assessment from the day after its expiry, by UTC', async () => {
    expect(await found(expired)).toMatchObject([
      {
        rule: 'vendor/expired',
        severity: 'warning',
        path: PATH,
        line: 6,
        message: expect.stringMatching(/^This assessment expired on 2026-02-05\. Assess the vendor again/),
      },
    ])
    expect(await found(expired, '2026-02-05T23:59:59Z')).toEqual([])
    expect(await told(expired, '2026-02-06T00:00:00Z')).toHaveLength(1)
    const ofOneDay = { [PATH]: assessment({ certification_date: '2026-02-05', expiry_date: '2026-02-05' }) }
    expect(await told(ofOneDay)).toEqual([`${PATH}:6 warning vendor/expired`])
  })

  it('is a notice beside one of the same vendor and product that has not expired', async () => {
    const beside = (changes: Record<string, string>) => ({
      ...expired,
      '.gxp/vendor_assessments/VA-2.md': assessment(changes),
    })
    expect(await found(beside({ product: 'postgresql' }))).toMatchObject([
      { rule: 'vendor/expired', severity: 'notice', path: PATH, message: expect.stringContaining('takes its place') },
    ])
    expect(await told(beside({ expiry_date: '2026-02-06' }))).toEqual([`${PATH}:6 notice vendor/expired`])
    for (const [name, other] of [
      ['product', 'Redis'],
      ['vendor_name', 'Others'],
    ] as const)
      expect(await told(beside({ [name]: other }))).toEqual([`${PATH}:6 warning vendor/expired`])
    expect(await told(beside({ certification_date: '2025-01-01', expiry_date: '2026-02-05' }))).toHaveLength(2)
    expect(await told(beside({ certification_date: '2027-01-01' }))).toContain(`${PATH}:6 warning vendor/expired`)
  })

  it('rests where the date is none', async () => {
    expect(await told({ [PATH]: assessment({ expiry_date: '2020' }) })).toEqual([`${PATH}:6 warning vendor/malformed`])
  })

  it('is silent about a template', async () => {
    expect(await found({ '.gxp/vendor_assessments/template.md': assessment({ expiry_date: '2020-01-01' }) })).toEqual(
      [],
    )
  })
})
