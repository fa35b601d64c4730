/** `rosie-guard state-hash [DIR]`: `system_state_hash` as evidence claims it, for whoever writes or checks evidence. */
import type { Command } from 'commander'
import { openCheckout } from '../local/checkout.ts'
import { DEFAULT_POLICY } from '../rosie/policy.ts'
import { filesInScope } from '../rosie/state-hash.ts'
import type { Blob, TreeEntry, WantedBlob } from '../scan/ports/source.ts'
import { hashTree } from '../scan/states.ts'
import { scopeWithFiles } from './local-states.ts'
import type { Terminal } from './program.ts'

interface StateHashOptions {
  scope: string
  commit?: string
  json?: true
}

const HELP = `
The hash is SHA-256 over the files of the scope, sorted by path, feeding path then content. The RFC puts nothing between
the two ("plain"), the common generator one NUL byte ("separated"): evidence may claim either. Take plain if nothing
else decides. The identity is no hash of the standard and belongs in no evidence. Symbolic links, submodules, node_modules and
directories whose name begins with a dot don't count; nor do files that git ignores, in a checkout.

Examples:
  rosie-guard state-hash
  rosie-guard state-hash --scope packages/server/src --commit v1.2.0`

export function addStateHash(program: Command, io: Terminal): void {
  program
    .command('state-hash')
    .description('print the system_state_hash of the source, in both byte forms')
    .argument('[dir]', 'a checkout or a plain folder', '.')
    .option('--scope <dir>', 'the directory that is hashed, relative to DIR', DEFAULT_POLICY.stateScope)
    .option('--commit <ref>', 'of this commit, branch or tag instead of the working files')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async (dir: string, options: StateHashOptions) => {
      const state = await hash(dir, options)
      io.out(options.json ? `${JSON.stringify(state, null, 2)}\n` : pretty(state))
    })
}

interface Hashed {
  scope: string
  /** Null for working files that differ from HEAD, and for a plain folder. */
  commit: string | null
  files: number
  id: string
  plain: string | null
  separated: string | null
}

async function hash(dir: string, options: StateHashOptions): Promise<Hashed> {
  const { commit, tree, blobs } = await open(dir, options.commit)
  const scope = scopeWithFiles(options.scope, tree, '--scope')
  const files = filesInScope(tree, scope).length
  const state = await hashTree(tree, scope, blobs, Number.POSITIVE_INFINITY)
  return { scope, commit, files, ...state }
}

async function open(dir: string, ref: string | undefined) {
  const { head, files, source } = await openCheckout(dir)
  if (ref === undefined)
    return { commit: head, tree: files.tree, blobs: (wanted: readonly WantedBlob[]) => files.blobs(wanted) }
  if (!source) throw new Error('--commit needs a git checkout: the folder is not the top of a work tree.')
  const commit = await source.resolve(ref)
  const tree: readonly TreeEntry[] = await source.tree(commit)
  return {
    commit,
    tree,
    blobs: (wanted: readonly WantedBlob[]): AsyncIterable<Blob> => source.blobs({ commit, tree, wanted }),
  }
}

const pretty = ({ scope, commit, files, id, plain, separated }: Hashed) =>
  `
scope                 ${scope || '.'}, ${files} ${files === 1 ? 'file' : 'files'}
commit                ${commit ?? 'none: the files as they lie in the folder'}
plain                 ${plain} (path, content)
separated             ${separated} (path, NUL, content)
identity              ${id} (ours: the same for every commit with this source)
`.trimStart()
