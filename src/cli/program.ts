/** `rosie-guard`: the verbs of the command line. Exit code 2 means that a verb could not run, whatever the reason. */
import { readFileSync } from 'node:fs'
import { Command, CommanderError, Help, type Option } from 'commander'
import { addApiKey } from './api-key.ts'
import { addAudit } from './audit.ts'
import { addDoctor } from './doctor.ts'
import { addMatrix } from './matrix.ts'
import { addRules } from './rules.ts'
import { addScan } from './scan.ts'
import { addStateHash } from './state-hash.ts'
import { addVerify } from './verify.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

export const VERSION = version
export const EXIT = { clean: 0, findings: 1, failed: 2 } as const

/** Where a verb writes and whether it may colour what it writes. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  colour: boolean
}

const terminal: Terminal = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  colour: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
}

/** Runs one verb and answers its exit code. */
export async function run(args: readonly string[], io: Terminal = terminal): Promise<number> {
  const result: { code: number } = { code: EXIT.clean }
  const program = new Command('rosie-guard')
    .description('Reads the compliance record of a repository (ROSIE RFC-001, GxP.MD) and says what it finds.')
    .version(version)
    .exitOverride()
    .configureHelp({ optionDescription })
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showHelpAfterError('(add --help for what there is)')
  addScan(program, io, result)
  addMatrix(program, io)
  addVerify(program, io, result)
  addStateHash(program, io)
  addRules(program, io)
  addDoctor(program, io, result)
  addApiKey(program, io)
  addAudit(program, io, result)
  try {
    refuseUnknownHelp(program, args)
    await program.parseAsync(args, { from: 'user' })
    return result.code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.clean : EXIT.failed
    io.err(`rosie-guard: ${error instanceof Error ? error.message : String(error)}\n`)
    return EXIT.failed
  }
}

function optionDescription(option: Option): string {
  const text = Help.prototype.optionDescription.call(new Help(), option)
  return option.mandatory ? `${text} (required)` : text
}

/** Help on a verb that there is not: commander would show the help on all of them, without a word. */
function refuseUnknownHelp(command: Command, [first, ...others]: readonly string[]): void {
  const verb = (name?: string) => command.commands.find((each) => each.name() === name)
  const [wanted] = others
  if (first !== 'help') {
    const below = verb(first)
    if (below) refuseUnknownHelp(below, others)
  } else if (command.commands.length > 0 && wanted && !wanted.startsWith('-') && !verb(wanted)) {
    command.error(`error: unknown command '${wanted}'`, { code: 'commander.unknownCommand' })
  }
}
