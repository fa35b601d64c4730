/** `rosie-guard audit verify`: an export by itself, offline. */
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { type Checkpoint, checkpointsIn, readCheckpoint } from '../audit/checkpoint.ts'
import { publicKeysIn } from '../audit/keys.ts'
import { linesOf } from '../audit/lines.ts'
import { type VerifiedTrail, verifyTrail } from '../audit/verify.ts'
import { jsonText, oneLine } from '../report/plain.ts'
import { many } from '../report/words.ts'
import { EXIT, type Terminal } from './program.ts'

const HELP = `
FILE is a full export in JSON Lines. What was changed, removed, added or moved in it is found, at the first event that is not
what it was. Without a checkpoint, two things can't be noticed: that events at the end are missing, and that somebody made
all links anew after a change. A checkpoint from elsewhere (a check run, a copy that was kept) shows both, up to its position.

--checkpoint FILE holds checkpoints in any text; --key FILE the public key, as JWK, JWKS or PEM: GET
/api/v1/audit/checkpoint-key answers it, or openssl pkey -pubout makes it of the CHECKPOINT_KEY.

Exit code: 0 the export is what was linked, 1 it is not, 2 it could not be verified.

Examples:
  rosie-guard audit verify audit.jsonl
  rosie-guard audit verify audit.jsonl --checkpoint checkpoints.txt --key checkpoint-key.json`

interface VerifyOptions {
  checkpoint?: string
  key?: string
  json?: true
}

/** As it is printed. */
interface Told extends Omit<VerifiedTrail, 'passed'> {
  verified: boolean
  /** Checkpoints that the chain passes through, as far as it was followed. */
  checkpoints: Checkpoint[]
}

export function addVerifyTrail(verb: Command, io: Terminal, result: { code: number }): void {
  verb
    .command('verify')
    .description('prove a full export offline')
    .argument('<file>', 'an export in JSON Lines')
    .option('--checkpoint <file>', 'the chain must pass through the checkpoints in this file')
    .option('--key <file>', 'that verifies them')
    .option('--json', 'print as JSON')
    .addHelpText('after', HELP)
    .action(async (file: string, options: VerifyOptions) => {
      const checkpoints = await readCheckpoints(options)
      const { passed, ...trail } = await verifyTrail(linesOf(createReadStream(file)), checkpoints).catch(
        unreadable(file),
      )
      const told = { verified: trail.fault === null, ...trail, checkpoints: passed }
      io.out(options.json ? jsonText(told) : pretty(told))
      if (!told.verified) result.code = EXIT.findings
    })
}

/** Each with a valid signature: what somebody else signed, or nobody, says nothing about an export. */
async function readCheckpoints({ checkpoint, key }: VerifyOptions): Promise<Checkpoint[]> {
  if (checkpoint === undefined && key === undefined) return []
  if (checkpoint === undefined) throw new Error('--key verifies checkpoints: name a file of them with --checkpoint.')
  if (key === undefined) throw new Error('A checkpoint proves nothing unless its key is known: name it with --key.')
  const keys = await read(key, publicKeysIn)
  const found = await read(checkpoint, checkpointsIn)
  if (found.length === 0) throw new Error(`There is no checkpoint in ${checkpoint}.`)
  return Promise.all(
    found.map(async (jws, index) => {
      const stated = await readCheckpoint(jws, keys)
      if (stated) return stated
      throw new Error(`Checkpoint ${index + 1} in ${checkpoint} is not signed with the key in ${key}, or is none.`)
    }),
  )
}

async function read<T>(path: string, understand: (text: string) => T): Promise<T> {
  const text = await readFile(path, 'utf8').catch(unreadable(path))
  try {
    return understand(text)
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const unreadable = (path: string) => (error: NodeJS.ErrnoException) => {
  throw new Error(`${path} can't be read: ${error.code ?? error.message}.`)
}

function pretty({ events, last, checkpoints, fault }: Told): string {
  const followed = `${many(events, 'event')}${last ? `, the last of ${last.at}, sha256 ${last.hash}` : ''}`
  const through = checkpoints.map(
    ({ position, at }) => `Passes through the checkpoint of ${at} at position ${position}.`,
  )
  if (fault) {
    const where = [fault.line !== null && `line ${fault.line}`, `position ${fault.position}`].filter(Boolean).join(', ')
    const lines = [`NOT VERIFIED: ${where}: ${fault.message}`, `Up to there: ${followed}.`, ...through]
    return `${lines.map((line) => oneLine(line)).join('\n')}\n`
  }
  const lines = [`Verified: ${followed}. They are one whole chain.`, ...through]
  return `${[...lines.map((line) => oneLine(line)), endOf(events, checkpoints)].join('\n')}\n`
}

/** What is not proven, said where it may be taken for it. */
function endOf(events: number, checkpoints: readonly Checkpoint[]): string {
  const proven = Math.max(0, ...checkpoints.map(({ position }) => position))
  if (proven === 0) {
    return 'No checkpoint was given: it is not proven that nothing is missing at the end, nor that the whole chain is not another one.'
  }
  if (proven === events)
    return 'The newest checkpoint is of the last event: up to then nothing was changed and nothing is missing.'
  return `After position ${proven} no checkpoint vouches for the ${many(events - proven, 'event')} that are there, nor that there were no more.`
}
