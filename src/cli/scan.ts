/** `rosie-guard scan [DIR]`: the same assessment as the app's, on a local checkout or a plain folder. */
import { readFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import { type Checkout, openCheckout } from '../local/checkout.ts'
import { jsonReport } from '../report/json.ts'
import { terminal } from '../report/terminal.ts'
import { assess } from '../rosie/assess.ts'
import { hasRecord } from '../rosie/classify.ts'
import type { Assessment, Content, Snapshot } from '../rosie/model.ts'
import { readKeys } from '../rosie/parse/keys.ts'
import { DEFAULT_POLICY, type Policy } from '../rosie/policy.ts'
import { keysOf, type TrustedKey } from '../rosie/verify.ts'
import { readBlobs, relevantFiles, snapshotOf, wantedContents } from '../scan/files.ts'
import { type Blob, contentKey, type TreeEntry } from '../scan/ports.ts'
import { evidenceIn, keySet, keysIn, verifyAll } from '../scan/trust.ts'
import { EXIT, type Terminal } from './program.ts'

interface ScanOptions {
  base?: string
  key: string[]
  format: 'pretty' | 'json'
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
    .addOption(new Option('--format <format>', 'how to print').choices(['pretty', 'json']).default('pretty'))
    .addHelpText('after', HELP)
    .action(async (dir: string, options: ScanOptions) => {
      const { assessment, notes } = await scanLocal(dir, options)
      io.out(
        options.format === 'json'
          ? `${JSON.stringify(jsonReport(assessment), null, 2)}\n`
          : terminal(assessment, { colour: io.colour, notes }),
      )
      result.code = assessment.conclusion === 'failure' ? EXIT.findings : EXIT.clean
    })
}

const collect = (file: string, files: string[]) => [...files, file]

/** Assesses the working files of `dir`. Throws with words for the person at the terminal. */
async function scanLocal(
  dir: string,
  options: Pick<ScanOptions, 'base' | 'key'>,
  policy: Policy = DEFAULT_POLICY,
): Promise<{ assessment: Assessment; notes: string[] }> {
  const given = (await Promise.all(options.key.map(readKeyFile))).flat()
  const checkout = await openCheckout(dir)
  const head = await readSnapshot(
    checkout.head,
    checkout.files.tree,
    (wanted) => checkout.files.blobs(wanted, policy.maxFileBytes),
    policy,
  )
  const base = options.base === undefined ? null : await readBase(checkout, options.base, policy)
  const keys = await keySet(base?.keys ?? [], given)
  const snapshots = base?.snapshot ? [head, base.snapshot] : [head]
  const verdicts = await verifyAll([...evidenceIn(snapshots)], keys)
  const { assessment } = assess(head, base?.snapshot ?? null, {
    policy,
    proposed: null,
    verdicts,
    states: new Map(),
    keys: keys.keys.length,
    now: Date.now(),
    trackedRecord: base?.hasRecord ?? false,
  })
  return {
    assessment,
    notes:
      base?.snapshot === null ? [`No common history with ${options.base}: rules that compare with a base rested.`] : [],
  }
}

async function readKeyFile(path: string): Promise<TrustedKey[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`The key file ${path} can't be read: ${error.code ?? error.message}.`)
  })
  const file = readKeys(text)
  if (file.problems[0]) throw new Error(`${path}: ${file.problems[0].message}`)
  return keysOf(path, file)
}

/** The base to compare with: the merge base; its keys, and whether a record is kept: what the base branch has now. */
async function readBase(
  checkout: Checkout,
  ref: string,
  policy: Policy,
): Promise<{ snapshot: Snapshot | null; keys: TrustedKey[]; hasRecord: boolean }> {
  const { source } = checkout
  if (!source) throw new Error('--base needs a git checkout: the folder is not the top of a work tree.')
  const read = async (commit: string) => {
    const tree = await source.tree(commit)
    const blobs = (wanted: TreeEntry[]) => source.blobs({ commit, tree, wanted, maxBytes: policy.maxFileBytes })
    return readSnapshot(commit, tree, blobs, policy)
  }
  const [tip, mergeBase] = [await source.resolve(ref), await source.mergeBase(ref, 'HEAD')]
  const trusted = await read(tip)
  const snapshot = mergeBase === null ? null : mergeBase === tip ? trusted : await read(mergeBase)
  return { snapshot, keys: keysIn(trusted), hasRecord: hasRecord(trusted.files) }
}

async function readSnapshot(
  commit: string | null,
  tree: readonly TreeEntry[],
  blobs: (wanted: TreeEntry[]) => AsyncIterable<Blob>,
  policy: Policy,
): Promise<Snapshot> {
  const files = relevantFiles(tree)
  const readable = files.filter(({ reader }) => reader !== null)
  const wanted = [...new Map(readable.map((file) => [file.sha, file])).values()]
  const contents = new Map<string, Content>()
  for await (const { sha, reader, content } of readBlobs(blobs(wanted), wantedContents(files), policy.maxFileBytes)) {
    contents.set(contentKey(sha, reader), content)
  }
  return snapshotOf(commit, files, contents)
}
