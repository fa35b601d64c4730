import type { Clients } from '../../src/github/clients.ts'
import { rawTextFrom } from '../../src/github/raw-text.ts'
import { Corrupt } from '../../src/scan/errors.ts'
import { blobId } from '../../src/scan/git-objects.ts'

const TEXT = new TextEncoder().encode('---\ngxp_id: REQ-001\n---\n')
const SHA = blobId(TEXT, 'sha1')
const WHOSE = { installationId: 7n, owner: 'acme', name: 'pump' }

/** GitHub sends these parts, whatever it is asked for. */
function sending(...parts: Uint8Array[]) {
  const asked: unknown[] = []
  let sent = 0
  async function* body() {
    for (const part of parts) {
      sent++
      yield part
    }
  }
  const request = async (route: string, parameters: object) => {
    asked.push(route, parameters)
    return { data: body() }
  }
  const of = async (id: bigint) => {
    asked.push(id)
    return { request }
  }
  const clients = { of } as unknown as Pick<Clients, 'of'>
  return { rawText: rawTextFrom(clients), asked, sent: () => sent }
}

describe('The text of one file', () => {
  it('is the blob, asked for as its installation', async () => {
    const { rawText, asked } = sending(TEXT.slice(0, 5), TEXT.slice(5))
    expect(new Uint8Array((await rawText(WHOSE, SHA, 1_000)) ?? [])).toEqual(TEXT)
    expect(asked).toEqual([
      7n,
      'GET /repos/{owner}/{repo}/git/blobs/{file_sha}',
      expect.objectContaining({ owner: 'acme', repo: 'pump', file_sha: SHA }),
    ])
  })

  it('rests where little of the quota is left, as what nobody has to have at once', async () => {
    const { rawText, asked } = sending(TEXT)
    await rawText(WHOSE, SHA, 1_000)
    expect(asked.at(-1)).toMatchObject({ request: { purpose: 'reading' } })
  })

  it('is not read beyond the limit', async () => {
    const { rawText, sent } = sending(TEXT, TEXT, TEXT)
    expect(await rawText(WHOSE, SHA, TEXT.byteLength)).toBeNull()
    expect(sent()).toBe(2)
  })

  it('is not what its name does not say', async () => {
    await expect(sending(TEXT, TEXT).rawText(WHOSE, SHA, 1_000)).rejects.toBeInstanceOf(Corrupt)
  })

  it('is not asked for by what names no object', async () => {
    const { rawText, asked } = sending(TEXT)
    await expect(rawText(WHOSE, '../../user', 1_000)).rejects.toBeInstanceOf(Corrupt)
    expect(asked).toEqual([])
  })
})
