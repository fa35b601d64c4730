/** `rosie-guard audit verify`: an export by itself, offline. */
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { type Checkpoint, checkpointsIn, readCheckpoint } from '../audit/checkpoint.ts'
import { SoughtLines } from '../audit/contained.ts'
import { publicKeysIn } from '../audit/keys.ts'
import { linesOf } from '../audit/lines.ts'
import { type Looked, lookAt } from '../audit/other-files.ts'
import { type Fault, verifyTrail } from '../audit/verify.ts'
import { jsonText } from '../report/plain.ts'
import { pretty, type Told } from './audit-told.ts'
import { EXIT, type Terminal } from './program.ts'

const HELP = `
FILE is a full export in JSON Lines. What was changed, removed, added or moved in it is found, at the first event that is not
what it was. Without a checkpoint, two things can't be noticed: that events at the end are missing, and that somebody made
all links anew after a change. A checkpoint from elsewhere (a check run, a copy that was kept) shows both, up to its position.

--checkpoint FILE holds checkpoints in any text; --key FILE the public key, as JWK, JWKS or PEM: GET
/api/v1/audit/checkpoint-key answers it, or openssl pkey -pubout makes it of the CHECKPOINT_KEY.

What an administrator of an installation exports is a part of the trail, in which other events are missing by design: it can't
be verified by itself. --contains PART shows that each line of it is in FILE as it is.

Exit code: 0 the export is what was linked, 1 it is not, 2 it could not be verified.

Examples:
  rosie-guard audit verify audit.jsonl
  rosie-guard audit verify audit.jsonl --checkpoint checkpoints.txt --key checkpoint-key.json
  rosie-guard audit verify audit.jsonl --contains audit-events-part.jsonl`

interface VerifyOptions {
  checkpoint?: string
  key?: string
  contains?: string
  json?: true
}

export function addVerifyTrail(verb: Command, io: Terminal, result: { code: number }): void {
  verb
    .command('verify')
    .description('prove a full export offline')
    .argument('<file>', 'an export in JSON Lines')
    .option('--checkpoint <file>', 'the chain must pass through the checkpoints in this file')
    .option('--key <file>', 'that verifies them')
    .option('--contains <part>', 'each line of this export of a part must be there as it is')
    .option('--json', 'print as JSON')
    .addHelpText('after', HELP)
    .action(async (file: string, options: VerifyOptions) => {
      const told = await verify(file, options)
      io.out(options.json ? jsonText(told) : pretty(told))
      if (!told.verified) result.code = EXIT.findings
    })
}

async function verify(file: string, { contains: part, ...options }: VerifyOptions): Promise<Told> {
  const checkpoints = await readCheckpoints(options)
  const sought = part === undefined ? null : await readPart(part)
  const lines = linesOf(createReadStream(file))
  const { passed, ...trail } = await verifyTrail(sought ? sought.passing(lines) : lines, checkpoints).catch(
    unreadable(file),
  )
  if (trail.fault) await refuseOthers(file, trail.fault)
  // Of an export with a fault not all lines have passed, and what it holds would show nothing.
  const contains = part !== undefined && sought && !trail.fault ? { file: part, ...sought.result } : null
  const verified = trail.fault === null && (contains?.missing ?? null) === null
  return { verified, ...trail, checkpoints: passed, contains }
}

async function readPart(path: string): Promise<SoughtLines> {
  const sought = await SoughtLines.of(linesOf(createReadStream(path))).catch(unreadable(path))
  if (!(await look(path)).events) throw new Error(noExport(path))
  return sought
}

/** What could not have been verified whatever was done to it is not called changed. Throws. */
async function refuseOthers(file: string, { line, position }: Fault): Promise<void> {
  // Nothing at all is what is left of a trail that was cut off.
  if (line === null) return
  const { events, missing } = await look(file)
  if (!events) throw new Error(noExport(file))
  if (missing === position) throw new Error(aPart(file, position))
}

const look = (path: string): Promise<Looked> => lookAt(linesOf(createReadStream(path))).catch(unreadable(path))

const aPart = (path: string, position: number) =>
  `${path} can't be verified by itself: events are missing, the first at position ${position}, and all that are there are of ` +
  'installations. A part of the trail is like that by design: an administrator of an installation exports one. ' +
  `"rosie-guard audit verify FULL --contains ${path}" shows that each line of it is in a full export. If this was a full ` +
  'export, events were removed from it.'

const noExport = (path: string) =>
  `${path} is no JSON Lines export: no line of it is an event with its link. Export it with ` +
  '"rosie-guard audit export --output FILE", or over HTTP with "format=jsonl". CSV is for reading.'

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
