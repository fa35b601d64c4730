/** `rosie-guard scan [DIR]`: the same assessment as the app's, on a local checkout or a plain folder. */
import { type Command, Option } from 'commander'
import { jsonReport } from '../report/json.ts'
import { junitReport } from '../report/junit.ts'
import { jsonText } from '../report/plain.ts'
import { sarifReport } from '../report/sarif.ts'
import { localPage } from '../report/summary.ts'
import { terminal } from '../report/terminal.ts'
import { type LocalScan, type LocalScanOptions, scanLocal } from './local-scan.ts'
import { EXIT, type Terminal, VERSION } from './program.ts'

const FORMATS = ['pretty', 'json', 'sarif', 'junit', 'markdown'] as const

interface ScanOptions extends LocalScanOptions {
  format: (typeof FORMATS)[number]
}

const HELP = `
Keys are taken from --key, or from the base's .gxp/keys/; never from the files that are scanned.
Without a key no evidence is shown as valid.

Exit code: 0 nothing at or above the threshold, 1 findings at or above it, 2 the scan could not run.

Examples:
  rosie-guard scan
  rosie-guard scan --base origin/main
  rosie-guard scan path/to/checkout --key evidence-key.pem --format json`

export function addScan(program: Command, io: Terminal, result: { code: number }): void {
  program
    .command('scan')
    .description('scan the working files of a checkout, or a plain folder')
    .argument('[dir]', 'the root of what is scanned', '.')
    .option('--base <ref>', 'compare with the merge base of HEAD and this branch, tag or commit')
    .option('--key <file>', 'trust the public keys in this PEM or JWKS file (may be repeated)', collect, [])
    .option(
      '--state-scope <dir>',
      "the directory that system_state_hash is taken over (default: the policy's, else src)",
    )
    .addOption(new Option('--format <format>', 'how to print').choices(FORMATS).default('pretty'))
    .addHelpText('after', HELP)
    .action(async (dir: string, options: ScanOptions) => {
      const scanned = await scanLocal(dir, options)
      io.out(print(scanned, options.format, io))
      result.code = scanned.assessment.conclusion === 'failure' ? EXIT.findings : EXIT.clean
    })
}

function print({ assessment, head, notes }: LocalScan, format: ScanOptions['format'], { colour }: Terminal): string {
  switch (format) {
    case 'json':
      return jsonText(jsonReport(assessment))
    case 'sarif':
      return jsonText(sarifReport(assessment, VERSION))
    case 'junit':
      return junitReport(assessment, head.established.policy)
    case 'markdown':
      return localPage(assessment, notes)
    default:
      return terminal(assessment, { colour, notes })
  }
}

const collect = (file: string, files: string[]) => [...files, file]
