/**
 * What a file is, by its path alone: the directory decides first, the name second, so that an evidence file whose name
 * contains a specification's id is evidence. A package of evidence is known by the files beside it, which is why whole
 * trees are classified, not single paths. RFC-001, "Repository layout"; GxP.MD, "Annotation scanning".
 */
import { languageOf } from './languages.ts'
import type { DocumentKind, FileClass, Reader } from './model.ts'

// Maps, not objects: a directory may be called `constructor`.
const DOCUMENT_DIRECTORIES = new Map<string, DocumentKind>([
  ['requirements', 'requirement'],
  ['user_stories', 'user_story'],
  ['specs', 'specification'],
])

const DOCUMENT_PREFIXES = new Map<string, DocumentKind>([
  ['REQ', 'requirement'],
  ['US', 'user_story'],
  ['SPEC', 'specification'],
])

/** Files of `.gxp/` that are no artifacts and need no remark, wherever they lie. */
const KNOWN_NAMES = /^(README\.md|\.gitkeep|\.gitignore|\.gitattributes)$/i
const KNOWN_FILES = new Set(['traceability-matrix.json', 'gap-analysis.json', 'compliance-status.md'])

const SKIPPED_DIRECTORIES = new Set(
  '.git .gxp node_modules dist build coverage target vendor __pycache__ .venv venv .tox .next .nuxt'.split(' '),
)
/** Minified and generated files, by the names that their generators give: protocol buffers, Roslyn, package managers. */
const SKIPPED_NAMES =
  /\.min\.[a-z]+$|\.(generated|gen)\.[a-z]+$|_generated\.[a-z]+$|^zz_generated\.|_pb2(_grpc)?\.py$|\.pb\.[a-z]+$|\.g\.(i\.)?cs$|\.designer\.cs$|-lock\.ya?ml$/i

const TEST_DIRECTORIES = new Set('test tests __tests__ spec iq oq pq e2e'.split(' '))
const TEST_STEM = /(\.test|\.spec|\.e2e|_test|_spec)$|^test_/

/** The files of a tree that matter to the standard. Paths are relative to the root, with `/`. */
export function classify(paths: Iterable<string>): Map<string, FileClass> {
  const all = [...paths]
  const packages = packageDirectories(all)
  const classes = new Map<string, FileClass>()
  for (const path of all) {
    const found = path.startsWith('.gxp/') ? classifyRecord(path, packages) : classifyOutside(path)
    if (found) classes.set(path, found)
  }
  return classes
}

/** Whether a file is of the compliance record: `.gxp/` or GxP.MD. */
export const isRecordFile = ({ path }: { path: string }): boolean => path.startsWith('.gxp/') || isProjectPolicy(path)

/** Whether these files keep a record at all. */
export const hasRecord = (files: readonly { path: string }[]): boolean => files.some(isRecordFile)

const isProjectPolicy = (path: string) => path.toLowerCase() === 'gxp.md'

const POLICY = '.github/rosie.yml'
/** Names that somebody gives a policy who believes that it is read. It counts by its path only, so that it can be told. */
const MISNAMED_POLICY = /^\.github\/\.?rosie(?:-guard)?\.ya?ml$/i

const EVIDENCE = '.gxp/evidence/'
/** What a manifest's signature is called: in draft-03, and in draft-02. */
export const SIGNATURE_NAMES = ['signature.jws', 'manifest.jws']
const PACKAGE_NAMES = new Set(['manifest.json', 'metadata.json', ...SIGNATURE_NAMES])

/**
 * Directories under `.gxp/evidence/` that are packages: they hold a manifest; or its signature or the metadata, and are
 * named like a package or hold both. One inside another is files of the other: a trace may have a `manifest.json` of its
 * own. A manifest alone above signed packages is an index of them and makes no package.
 */
export function packageDirectories(paths: Iterable<string>): Set<string> {
  const names = packageNames(paths)
  const signed = (has: ReadonlySet<string>) => SIGNATURE_NAMES.some((name) => has.has(name))
  const above = new Set<string>()
  for (const [directory, has] of names) {
    if (signed(has)) for (const parent of parentsOf(directory)) above.add(parent)
  }
  const candidates = new Set<string>()
  for (const [directory, has] of names) {
    const index = has.size === 1 && above.has(directory)
    const named = /\/(?:IQ|OQ|PQ)-[^/]*$/.test(directory)
    if (has.has('manifest.json') ? !index : named || has.size > 1) candidates.add(directory)
  }
  const inside = (directory: string) => parentsOf(directory).some((parent) => candidates.has(parent))
  return new Set([...candidates].filter((directory) => !inside(directory)))
}

/** By directory, which of the names that make a package it holds. */
function packageNames(paths: Iterable<string>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const path of paths) {
    if (!path.startsWith(EVIDENCE)) continue
    const cut = path.lastIndexOf('/')
    const [directory, name] = [path.slice(0, cut), path.slice(cut + 1)]
    if (cut < EVIDENCE.length || !PACKAGE_NAMES.has(name)) continue
    found.set(directory, (found.get(directory) ?? new Set()).add(name))
  }
  return found
}

/** Directories below `.gxp/evidence/` that hold this file or directory of it, the outermost first. */
function parentsOf(path: string): string[] {
  const parents: string[] = []
  for (let end = path.indexOf('/', EVIDENCE.length); end !== -1; end = path.indexOf('/', end + 1))
    parents.push(path.slice(0, end))
  return parents
}

function classifyOutside(path: string): FileClass | null {
  if (isProjectPolicy(path)) return { kind: 'policy', reader: 'project_policy' }
  if (path === POLICY) return { kind: 'policy', reader: 'policy' }
  if (MISNAMED_POLICY.test(path)) return { kind: 'policy', reader: null }
  const segments = path.split('/')
  const name = segments.pop() ?? ''
  const dot = name.lastIndexOf('.')
  const language = dot > 0 ? languageOf(name.slice(dot + 1)) : null
  if (!language || SKIPPED_NAMES.test(name) || segments.some((segment) => SKIPPED_DIRECTORIES.has(segment))) return null
  const test = TEST_STEM.test(name.slice(0, dot)) || segments.some((segment) => TEST_DIRECTORIES.has(segment))
  return { kind: test ? 'test' : 'source', reader: `annotations/${language}` }
}

function classifyRecord(path: string, packages: ReadonlySet<string>): FileClass {
  const segments = path.split('/').slice(1)
  const name = segments.at(-1) ?? ''
  const directory = segments.length > 1 ? segments[0] : undefined
  if (path === '.gxp/system_context.md') return { kind: 'system_context', reader: 'system_context' }
  if (path === '.gxp/risk_assessment.log') return { kind: 'risk_register', reader: 'risk_register' }
  const holder = packageOf(path, packages)
  if (holder !== null) return { kind: 'package_file', reader: packageReader(path.slice(holder.length + 1)) }
  if (KNOWN_NAMES.test(name) || (directory === undefined && KNOWN_FILES.has(name)))
    return { kind: 'known', reader: null }
  const found = directory === undefined ? classifyByName(name) : classifyByDirectory(directory, name)
  return found ?? { kind: 'unknown', reader: null }
}

/** The kind of documents whose directory of `.gxp/` a path lies in, whatever the file itself is. */
export function documentDirectory(path: string): DocumentKind | null {
  if (!path.startsWith('.gxp/')) return null
  const end = path.indexOf('/', '.gxp/'.length)
  return end === -1 ? null : (DOCUMENT_DIRECTORIES.get(path.slice('.gxp/'.length, end)) ?? null)
}

function classifyByDirectory(directory: string, name: string): FileClass | null {
  const markdown = name.endsWith('.md')
  const document = DOCUMENT_DIRECTORIES.get(directory)
  if (document && markdown) return { kind: document, reader: document }
  if (directory === 'evidence' && name.endsWith('.jws')) return { kind: 'evidence', reader: 'evidence' }
  if (directory === 'evidence' && /^ROT-.*\.md$/.test(name)) return { kind: 'testing_record', reader: 'testing_record' }
  if (directory === 'adr' && markdown) return { kind: 'decision', reader: 'decision' }
  if (directory === 'vendor_assessments' && markdown) return { kind: 'vendor_assessment', reader: 'vendor_assessment' }
  if (directory === 'keys' && /\.(pem|jwks\.json)$/.test(name)) return { kind: 'key', reader: 'key' }
  return null
}

/**
 * A document that lies directly under `.gxp/`: still read, and reported as misplaced. In a directory of another purpose
 * the name says nothing: a report or a template is often named after an id.
 */
function classifyByName(name: string): FileClass | null {
  const document = DOCUMENT_PREFIXES.get(/^(REQ|US|SPEC)-.*\.md$/.exec(name)?.[1] ?? '')
  return document ? { kind: document, reader: document } : null
}

const PACKAGE_READERS = new Map<string, Reader>([
  ['manifest.json', 'package/manifest'],
  ['metadata.json', 'package/metadata'],
  ['artifacts/test-results.json', 'package/results'],
  ...SIGNATURE_NAMES.map((name) => [name, 'package/signature'] as const),
])

/** `name`: the path relative to the package. */
const packageReader = (name: string): Reader => PACKAGE_READERS.get(name) ?? 'package/file'

/** The package that a file belongs to, which may lie deep in it; null when it is in none. */
export function packageOf(path: string, packages: ReadonlySet<string>): string | null {
  if (packages.size === 0) return null
  return parentsOf(path).find((directory) => packages.has(directory)) ?? null
}
