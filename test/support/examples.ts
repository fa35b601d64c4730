/** The examples of the rules' pages, run: signed with keys made here, assessed as a scan would. */
import { CompactSign, exportJWK, GeneralSign, generateKeyPair } from 'jose'
import type { Assessment } from '../../src/rosie/assessment.ts'
import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import type { ExampleFiles, RulePage, Signed } from '../../src/rosie/rules/examples/example.ts'
import { SAMPLE, SAMPLE_COMMIT, SAMPLE_NOW, SAMPLE_STATE } from '../../src/rosie/rules/examples/sample.ts'
import type { TrustedKey } from '../../src/rosie/verify.ts'
import { assessRecord, type Files } from './record.ts'

const makeKey = async (kid: string) => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const { kty, crv, x, y } = await exportJWK(publicKey)
  return { kid, privateKey, trusted: { name: kid, kid, jwk: { kty, crv, x, y } } as TrustedKey }
}
const KEYS = { trusted: await makeKey('team'), second: await makeKey('second'), unknown: await makeKey('stranger') }

export const assessSample = (): Promise<Assessment> => assessOver({}, null, {})

export const assessExample = (page: RulePage, head: ExampleFiles): Promise<Assessment> => {
  const base = page.base && { ...page.both, ...page.base }
  return assessOver({ ...page.both, ...head }, base ?? null, page)
}

async function assessOver(
  head: ExampleFiles,
  base: ExampleFiles | null,
  { policy, proposed, states, noKeys }: Partial<RulePage>,
): Promise<Assessment> {
  return assessRecord(await filesOf({ ...SAMPLE, ...head }), {
    ...(base && { base: await filesOf({ ...SAMPLE, ...base }) }),
    keys: noKeys ? [] : [KEYS.trusted.trusted, KEYS.second.trusted],
    policy: { ...DEFAULT_POLICY, ...policy },
    proposed: proposed ? { ...DEFAULT_POLICY, ...policy, ...proposed } : null,
    states: states ?? { [SAMPLE_COMMIT]: SAMPLE_STATE },
    state: SAMPLE_STATE,
    now: new Date(SAMPLE_NOW),
  })
}

async function filesOf(example: ExampleFiles): Promise<Files> {
  const files: Files = {}
  for (const [path, file] of Object.entries(example)) {
    if (typeof file === 'string') files[path] = file
    else if (file) files[path] = await signOnce(file, example)
  }
  return files
}

/** ECDSA signs the same bytes otherwise each time: what stands in head and base alike must be the same file. */
const signed = new Map<string, Promise<string>>()
function signOnce(file: Signed, files: ExampleFiles): Promise<string> {
  const key = JSON.stringify([file, file.over === undefined ? null : files[file.over]])
  const known = signed.get(key) ?? sign(file, files)
  signed.set(key, known)
  return known
}

async function sign({ claims, by = 'trusted', over }: Signed, files: ExampleFiles): Promise<string> {
  const payload = new TextEncoder().encode(over === undefined ? JSON.stringify(claims) : textOf(files[over]))
  if (by === 'both') {
    const general = new GeneralSign(payload)
    for (const { kid, privateKey } of [KEYS.trusted, KEYS.second])
      general.addSignature(privateKey).setProtectedHeader({ alg: 'ES256', kid })
    return JSON.stringify(await general.sign())
  }
  const { kid, privateKey } = KEYS[by]
  return new CompactSign(payload).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey)
}

function textOf(file: ExampleFiles[string] | undefined): string {
  if (typeof file !== 'string') throw new Error('only a text can be signed')
  return file
}
