/** One file of a repository for somebody who asks to see it: not more of it than they may have, and nothing but that file. */
import { Corrupt } from '../scan/errors.ts'
import { isBlob, isObjectId } from '../scan/git-objects.ts'
import type { Clients } from './clients.ts'
import type { Purpose } from './governor.ts'

export interface Whose {
  installationId: bigint
  owner: string
  name: string
}

const PURPOSE: Purpose = 'reading'

/** The bytes of a blob; null: larger than `maxBytes`, and not read further. Throws the domain's errors. */
export const rawTextFrom =
  (clients: Pick<Clients, 'of'>) =>
  async ({ installationId, owner, name }: Whose, sha: string, maxBytes: number): Promise<Uint8Array | null> => {
    if (!isObjectId(sha)) throw new Corrupt(`Not an object id: ${JSON.stringify(sha)}`)
    const client = await clients.of(installationId)
    const { data } = await client.request('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', {
      ...{ owner, repo: name, file_sha: sha },
      headers: { accept: 'application/vnd.github.raw+json' },
      request: { parseSuccessResponseBody: false, purpose: PURPOSE },
    })
    const bytes = await upTo(maxBytes, data as unknown as AsyncIterable<Uint8Array>)
    if (bytes && !isBlob(bytes, sha)) throw new Corrupt(`What GitHub sent as blob ${sha} is not that blob.`)
    return bytes
  }

async function upTo(maxBytes: number, body: AsyncIterable<Uint8Array>): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body) {
    size += part.byteLength
    if (size > maxBytes) return null // which ends the answer
    parts.push(part)
  }
  return Buffer.concat(parts)
}
