/** What the server gives as `next`, it takes as `cursor`. */
import { randomBytes } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { z } from 'zod'
import { Problem } from '../../../src/api/problem.ts'
import { decodeCursor, encodeCursor, pageQuery } from '../../../src/api/v1/cursor.ts'
import { markAt } from '../../../src/api/v1/cursor-marks.ts'

/** As much as PostgreSQL's indexes on paths take of what can not be compressed. */
const INDEXED = 2_700
const position = z.tuple([z.string()])

const chosen = (from: string, bytes: number) =>
  Array.from(randomBytes(bytes), (byte) => from[byte % from.length]).join('')
const CONTROL = Array.from({ length: 31 }, (_, at) => String.fromCharCode(at + 1)).join('')
const HAN = Array.from({ length: 256 }, (_, at) => String.fromCodePoint(0x4e00 + 80 * at)).join('')

describe('A cursor', () => {
  it.each([
    ['nothing but ASCII', chosen('abcdefghijklmnopqrstuvwxyz/', INDEXED)],
    ['control characters, six in JSON each', chosen(CONTROL, INDEXED)],
    ['quotes and backslashes', chosen('"\\', INDEXED)],
    ['Chinese, three bytes each', chosen(HAN, INDEXED / 3)],
    ['the same again and again', '\x01/'.repeat(50_000)],
  ])('is taken as it was given, whatever the path: %s', (_, path) => {
    const cursor = markAt('/somewhere') + encodeCursor([path])
    expect(pageQuery.parse({ cursor }).cursor).toBe(cursor)
    expect(decodeCursor(cursor.slice(8), position)).toEqual([path])
  })

  it('of a short place is its JSON, as it was in earlier versions', () => {
    expect(encodeCursor(['2026'])).toBe(Buffer.from('["2026"]').toString('base64url'))
  })

  it.each([
    ['more than a place may be', deflateSync(JSON.stringify(['x'.repeat(2 ** 21)]))],
    ['cut off', deflateSync(JSON.stringify(['x'.repeat(2_000)])).subarray(0, -6)],
    ['no text', deflateSync(randomBytes(2_000))],
  ])('that holds %s is none', (_, bytes) => {
    expect(() => decodeCursor(bytes.toString('base64url'), position)).toThrow(Problem)
  })
})
