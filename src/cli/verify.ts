/** `rosie-guard verify EVIDENCE…`: what the signatures of single evidence files and packages say, by themselves. */
import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { LocalFiles } from '../local/files.ts'
import { listFolder } from '../local/folder.ts'
import { jsonText, oneLine } from '../report/plain.ts'
import { many } from '../report/words.ts'
import { assess } from '../rosie/assess.ts'
import type { Finding } from '../rosie/assessment.ts'
import type { Snapshot, Verdict } from '../rosie/model.ts'
import { DEFAULT_POLICY } from '../rosie/policy.ts'
import type { ComplianceRecord } from '../rosie/record.ts'
import { isExpired, type TestEvidence } from '../rosie/test-evidence.ts'
import { evidenceIn, keySet, verifyAll } from '../scan/trust.ts'
import { readKeyFile, readSnapshot } from './local-scan.ts'
import { EXIT, type Terminal } from './program.ts'

const HELP = `
EVIDENCE is a .jws file, the directory of an evidence package, or a directory that holds such.
Nothing is trusted but the keys given with --key; without one, nothing is shown as valid. "valid" is the signature's word:
a failed run may be signed too. What is wrong with what it says stands below. Whether the source at the commit that an
evidence names is what it claims is not asked here: "rosie-guard scan" does.

Exit code: 0 each signature is valid and nothing is wrong with what it says, 1 something is, 2 it could not be verified.

Examples:
  rosie-guard verify .gxp/evidence --key evidence-key.pem
  rosie-guard verify EV-SPEC-001-001.jws --key team.jwks.json --json`

/** One file or package, as it is printed. */
interface Verified {
  path: string
  form: 'file' | 'package'
  verdict: Verdict['result']
  keys: string[]
  specId: string | null
  tier: string | null
  results: TestEvidence['results']
  /** What fails, one sentence each. */
  problems: string[]
}

export function addVerify(program: Command, io: Terminal, result: { code: number }): void {
  program
    .command('verify')
    .description('verify signed evidence: single files and packages')
    .argument('<evidence...>', 'files and directories')
    .option('--key <file>', 'trust the public keys in this PEM or JWKS file (may be repeated)', collect, [])
    .option('--json', 'print as JSON')
    .addHelpText('after', HELP)
    .action(async (paths: string[], { key, json = false }: { key: string[]; json?: boolean }) => {
      const keys = await keySet([], (await Promise.all(key.map(readKeyFile))).flat())
      if (key.length > 0 && keys.keys.length === 0)
        throw new Error('None of the keys can be used. Give a public key with --key.')
      const all: Judged[] = []
      for (const path of paths) {
        const found = await verifyAt(path, keys)
        if (found.length === 0) throw new Error(`There is no evidence in ${path}: no .jws file and no package.`)
        all.push(...found)
      }
      const verified = all.map(({ verified }) => verified)
      io.out(json ? jsonText(verified) : pretty(verified))
      if (all.some(({ faulty }) => faulty)) result.code = EXIT.findings
    })
}

const collect = (file: string, files: string[]) => [...files, file]

interface Judged {
  verified: Verified
  /** Not valid, or with a fault that is more than an old form. */
  faulty: boolean
}

async function verifyAt(path: string, keys: Awaited<ReturnType<typeof keySet>>): Promise<Judged[]> {
  const { snapshot, shown } = await asRecord(path)
  const now = Date.now()
  const verdicts = await verifyAll([...evidenceIn([snapshot])], keys, () => now)
  const judging = { policy: DEFAULT_POLICY, proposed: null, verdicts, states: new Map(), keys: keys.keys.length, now }
  const { assessment, head } = assess(snapshot, null, { ...judging, trackedRecord: true })
  return [...files(head), ...packages(head)].map(({ at, ...rest }) => {
    const found = problemsOf(assessment.findings, at)
    // The rule that tells it asks for a specification, of which a file by itself has none.
    const expired = head.testEvidence.filter((each) => each.path === at && isExpired(each, now))
    const problems = [...found.map(({ message }) => message), ...expired.map(() => 'It has expired: `exp` is past.')]
    const faulty = rest.verdict !== 'valid' || expired.length > 0 || found.some(({ severity }) => severity !== 'notice')
    return { verified: { ...rest, path: shown(at), problems }, faulty }
  })
}

/** The evidence as if it lay in a record, and how its paths are shown. */
async function asRecord(path: string): Promise<{ snapshot: Snapshot; shown: (path: string) => string }> {
  const stats = await stat(path).catch(() => null)
  if (!stats) throw new Error(`There is no file or directory ${path}.`)
  const folder = stats.isDirectory() ? resolve(path) : dirname(resolve(path))
  const names = stats.isDirectory() ? await listFolder(folder) : [Buffer.from(basename(path))]
  const isPackage = names.some((name) => /^(manifest\.json|signature\.jws|manifest\.jws)$/.test(name.toString()))
  const prefix = `.gxp/evidence/${stats.isDirectory() && isPackage ? `${basename(folder)}/` : ''}`
  const local = LocalFiles.read(folder, names, 'sha1')
  const tree = local.tree.map((entry) => ({ ...entry, path: `${prefix}${entry.path}` }))
  const snapshot = await readSnapshot({ commit: null, tree, blobs: (wanted) => local.blobs(wanted) }, DEFAULT_POLICY)
  const root = stats.isDirectory() ? path : dirname(path)
  return { snapshot, shown: (at) => join(root, `${at}/`.slice(prefix.length)).replace(/\/$/, '') }
}

type Found = Omit<Verified, 'path' | 'problems'> & { at: string }

const keysOf = (verdict: Verdict) => (verdict.result === 'valid' ? verdict.keys : [])

function* files({ evidence }: ComplianceRecord): Generator<Found> {
  for (const { path, verdict, content } of evidence) {
    const { specId, tier, results } = content
    yield { at: path, form: 'file', verdict: verdict.result, keys: keysOf(verdict), specId, tier, results }
  }
}

function* packages({ packages }: ComplianceRecord): Generator<Found> {
  for (const { path, verdict, signed, metadata } of packages) {
    const { specId = null, tier = null, results = null } = metadata?.content ?? {}
    yield { at: path, form: 'package', verdict: verdict.result, keys: keysOf(signed), specId, tier, results }
  }
}

/** Rules that look at nothing but the evidence itself. */
const OWN_RULES =
  /^evidence\/(malformed|algorithm|invalid-signature|missing-claim|future|package-.*)$|^artifact\/too-large$/

const problemsOf = (findings: readonly Finding[], at: string): Finding[] =>
  findings.filter(({ rule, path }) => OWN_RULES.test(rule) && (path === at || path?.startsWith(`${at}/`)))

function pretty(verified: readonly Verified[]): string {
  const blocks = verified.map(({ path, verdict, keys, specId, tier, results, problems }) => {
    const run = results && `${results.passed} passed, ${results.failed} failed`
    const about = [specId, tier, run, results?.failedAsWhole && 'says it failed'].filter(Boolean)
    const signer = keys.length > 0 ? [`signed with ${keys.join(' and ')}`] : []
    const facts = [...about, ...signer].map((fact) => oneLine(String(fact)))
    const lines = [
      `${verdict.padEnd('untrusted'.length)}  ${oneLine(path)}${facts.length > 0 ? `  (${facts.join('; ')})` : ''}`,
    ]
    return [...lines, ...problems.map((problem) => `           ${oneLine(problem)}`)].join('\n')
  })
  const valid = verified.filter(({ verdict }) => verdict === 'valid').length
  return `${blocks.join('\n')}\n\n${valid} of ${many(verified.length, 'signature')} valid.\n`
}
