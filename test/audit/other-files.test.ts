/** What is said of a file that is no whole trail: never of a whole one that something was done to. */
import fc from 'fast-check'
import { linesOf } from '../../src/audit/lines.ts'
import { lookAt } from '../../src/audit/other-files.ts'
import { anEvent, exportOf, linked } from './trail.ts'

async function* bytesOf(text: string) {
  yield Buffer.from(text)
}
const look = (text: string) => lookAt(linesOf(bytesOf(text)))

/** Of the installations 7 and 8 and of the server, in turn. */
const MIXED = linked([null, 7, 8, 7, 7, null, 8, 7].map((installationId, at) => anEvent(at + 1, { installationId })))
const SEVEN = MIXED.filter(({ installationId }) => installationId === 7)
const NO_PART = { events: true, missing: null }

describe('a part of the trail', () => {
  it('is known by what is in it, and by the first position that is not', async () => {
    expect(await look(exportOf(SEVEN))).toEqual({ events: true, missing: 1 })
    expect(await look(exportOf(SEVEN.slice(0, 1)))).toEqual({ events: true, missing: 1 })
    const alone = linked([7, 7, null, 7].map((installationId, at) => anEvent(at + 1, { installationId })))
    expect(await look(exportOf(alone.filter(({ installationId }) => installationId === 7)))).toEqual({
      ...{ events: true, missing: 3 },
    })
  })

  it.each([
    ['an event of the server is in it', exportOf(MIXED.slice(1))],
    ['two have changed places', exportOf(SEVEN.toReversed())],
    ['one is there twice', exportOf([...SEVEN, ...SEVEN.slice(-1)])],
    ['a line is not as it was written', exportOf(SEVEN).replace('{', '{ ')],
    ['an event was changed that follows another', exportOf(SEVEN).replace('api-key/5', 'api-key/6')],
  ])('is none where %s', async (_, text) => {
    expect(await look(text)).toEqual(NO_PART)
  })

  it('is not what is left of a whole trail with one event of the server', () =>
    fc.assert(
      fc.asyncProperty(fc.subarray(MIXED, { minLength: 1 }), async (kept) => {
        fc.pre(kept.some(({ installationId }) => installationId === null))
        expect(await look(exportOf(kept))).toEqual(NO_PART)
      }),
    ))

  it('is no trail in which nothing is missing, also one of which the first event was changed', async () => {
    const events = linked([1, 2, 3].map((id) => anEvent(id)))
    expect(await look(exportOf(events))).toEqual(NO_PART)
    expect(await look(exportOf(events).replace('ada', 'eve'))).toEqual(NO_PART)
  })
})

describe('a file without events', () => {
  it.each(['', '\n', '{', 'position,hash\r\n1,2\r\n', '[]\n{"items":[]}\n', '"position hash"\n'])(
    '%j',
    async (text) => {
      expect(await look(text)).toEqual({ events: false, missing: null })
    },
  )

  it('is none with one that was changed', async () => {
    expect(await look(`no event\n${exportOf(SEVEN).replace('{', '{ ')}`)).toEqual(NO_PART)
  })
})
