/** `rosie-guard audit`: the audit trail out of the server's database, and whether an export of it is what was linked. */
import { type Command, Option } from 'commander'
import type { LinkedEvent } from '../audit/event.ts'
import { EXPORT_FORMATS, type ExportFormat } from '../report/audit-export.ts'
import { many } from '../report/words.ts'
import type { AuditChain } from '../store/audit-chain.ts'
import type { Database } from '../store/database.ts'
import { addVerifyTrail } from './audit-verify.ts'
import type { Terminal } from './program.ts'
import { refuseExisting, toFile } from './to-file.ts'

/** How the audit trail names who has the command line. */
const ACTOR = 'cli'

const HELP = `
export and checkpoint work on the server's database: DATABASE_URL or DATA_DIR, set as on the server. An embedded database
(DATA_DIR) serves one process at a time: stop the server first. verify needs the file alone. docs/audit.md says what it
proves, and what it doesn't.`

const EXPORT_HELP = `
JSON Lines (jsonl): what "rosie-guard audit verify" proves. CSV: for people; an apostrophe keeps a spreadsheet from running
a cell as a formula. Events that other transactions may still come before are left for the next export: how many, it says on
standard error. The export is an event of the trail itself.

Examples:
  rosie-guard audit export --output audit.jsonl
  rosie-guard audit export --format csv --output audit.csv`

interface ExportOptions {
  format: ExportFormat
  output?: string
  force?: true
}

export function addAudit(program: Command, io: Terminal, result: { code: number }): void {
  const verb = program
    .command('audit')
    .description('export the audit trail, and verify an export')
    .addHelpText('after', HELP)
  addExport(verb, io)
  addVerifyTrail(verb, io, result)
  addCheckpoint(verb, io)
}

function addExport(verb: Command, io: Terminal): void {
  verb
    .command('export')
    .description('write all linked events, in the order of the chain')
    .addOption(new Option('--format <format>', 'how they are written').choices(EXPORT_FORMATS).default('jsonl'))
    .option('--output <file>', 'to this file, which is there once it is complete; without: to standard output')
    .option('--force', 'replace a file that is there already')
    .addHelpText('after', EXPORT_HELP)
    .action(async ({ format, output, force }: ExportOptions) => {
      // Before the export is an event.
      if (output !== undefined && !force) await refuseExisting(output)
      await onTrail(async ({ chain, trail, exportText }) => {
        await trail.exporting({ actor: ACTOR }, WHOLE_SERVER, format)
        await linkAll(chain)
        const written = { events: 0, last: 0 }
        const { events, unlinked } = await trail.linked(WHOLE_SERVER)
        const text = exportText(counted(events, written), format)
        if (output === undefined) for await (const part of text) io.out(part)
        else {
          await toFile(output, text)
          io.err(`${many(written.events, 'event')}, to position ${written.last}\n`)
        }
        if (unlinked > 0) io.err(missing(unlinked))
      })
    })
}

const missing = (unlinked: number) =>
  `${many(unlinked, 'newer event')} ${unlinked === 1 ? 'is' : 'are'} not linked yet, and not in it: export again later.\n`

interface Written {
  events: number
  /** The position of the last one. */
  last: number
}

async function* counted(batches: AsyncIterable<LinkedEvent[]>, written: Written): AsyncGenerator<LinkedEvent[]> {
  for await (const events of batches) {
    written.events += events.length
    written.last = events.at(-1)?.position ?? written.last
    yield events
  }
}

const BATCH = 1_000

/** As the running server does every few seconds; where none runs, nobody else does. */
async function linkAll(chain: Pick<AuditChain, 'link'>): Promise<void> {
  for (let linked = BATCH; linked === BATCH; ) linked = await chain.link(BATCH, true)
}

const WHOLE_SERVER = [{ scopes: ['admin'], installationId: null, repositoryIds: [] }] as const

function addCheckpoint(verb: Command, io: Terminal): void {
  verb
    .command('checkpoint')
    .description('print the newest signed checkpoint: keep it where the server can not reach it')
    .action(async () => {
      const newest = await onTrail(({ chain }) => chain.newestCheckpoint())
      if (!newest) {
        throw new Error(
          'There is no checkpoint. The server signs one a minute at most, once it has a CHECKPOINT_KEY and events.',
        )
      }
      io.out(`${newest.jws}\n`)
      io.err(`Position ${newest.position}, sha256 ${newest.hash}, ${newest.at.toISOString()}\n`)
    })
}

/** Loaded when it is needed: most verbs have no use for a database. */
async function onTrail<T>(work: (parts: Awaited<ReturnType<typeof loaded>>) => Promise<T>): Promise<T> {
  const { onServerDatabase } = await import('./server-database.ts')
  return onServerDatabase(async (database) => work(await loaded(database)))
}

async function loaded(database: Database) {
  const [{ AuditChain }, { AuditEvents }, { exportText }] = await Promise.all([
    import('../store/audit-chain.ts'),
    import('../store/reading/audit-events.ts'),
    import('../report/audit-export.ts'),
  ])
  return { chain: new AuditChain(database), trail: new AuditEvents(database), exportText }
}
