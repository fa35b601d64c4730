/**
 * What a file is, by its path alone: the directory decides first, the name second, so that an evidence file whose name
 * contains a specification's id is evidence. A package of evidence is known by the files beside it, which is why whole
 * trees are classified, not single paths. RFC-001, "Repository layout"; GxP.MD, "Annotation scanning".
 */
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
const SKIPPED_NAMES = /\.min\.[a-z]+$|\.(generated|gen)\.[a-z]+$|_pb2\.py$/

const TEST_DIRECTORIES = new Set('test tests __tests__ spec iq oq pq e2e'.split(' '))
const TEST_STEM = /(\.test|\.spec|\.e2e|_test|_spec)$|^test_/

const SOURCE_READERS = new Map<string, Reader>([
  ...'ts tsx mts cts js jsx mjs cjs'.split(' ').map((ending) => [ending, 'annotations/c'] as const),
  ['py', 'annotations/python'],
  ['pyw', 'annotations/python'],
])

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

/** Directories under `.gxp/evidence/` that hold a manifest or its signature, in either draft's name. */
export function packageDirectories(paths: Iterable<string>): Set<string> {
  const found = new Set<string>()
  for (const path of paths) {
    const match = /^(\.gxp\/evidence\/.+)\/(manifest\.json|signature\.jws|manifest\.jws)$/.exec(path)
    if (match?.[1]) found.add(match[1])
  }
  return found
}

function classifyOutside(path: string): FileClass | null {
  if (isProjectPolicy(path)) return { kind: 'policy', reader: 'project_policy' }
  if (path === '.github/rosie.yml') return { kind: 'policy', reader: 'policy' }
  const segments = path.split('/')
  const name = segments.pop() ?? ''
  const dot = name.lastIndexOf('.')
  const reader = dot > 0 ? SOURCE_READERS.get(name.slice(dot + 1)) : undefined
  if (!reader || SKIPPED_NAMES.test(name) || segments.some((segment) => SKIPPED_DIRECTORIES.has(segment))) return null
  const test = TEST_STEM.test(name.slice(0, dot)) || segments.some((segment) => TEST_DIRECTORIES.has(segment))
  return { kind: test ? 'test' : 'source', reader }
}

function classifyRecord(path: string, packages: ReadonlySet<string>): FileClass {
  const segments = path.split('/').slice(1)
  const name = segments.at(-1) ?? ''
  const directory = segments.length > 1 ? segments[0] : undefined
  if (path === '.gxp/system_context.md') return { kind: 'system_context', reader: 'system_context' }
  if (path === '.gxp/risk_assessment.log') return { kind: 'risk_register', reader: 'risk_register' }
  if (directory === 'evidence' && inPackage(path, packages))
    return { kind: 'package_file', reader: packageReader(path, packages) }
  if (KNOWN_NAMES.test(name) || (directory === undefined && KNOWN_FILES.has(name)))
    return { kind: 'known', reader: null }
  const found = directory === undefined ? classifyByName(name) : classifyByDirectory(directory, name)
  return found ?? { kind: 'unknown', reader: null }
}

/** The kind of documents whose directory of `.gxp/` a path lies in, whatever the file itself is. */
export function documentDirectory(path: string): DocumentKind | null {
  const directory = /^\.gxp\/([^/]+)\//.exec(path)?.[1]
  return DOCUMENT_DIRECTORIES.get(directory ?? '') ?? null
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

function packageReader(path: string, packages: ReadonlySet<string>): Reader {
  const cut = path.lastIndexOf('/')
  if (!packages.has(path.slice(0, cut))) return 'package/file'
  const name = path.slice(cut + 1)
  if (name === 'manifest.json') return 'package/manifest'
  if (name === 'signature.jws' || name === 'manifest.jws') return 'package/signature'
  return name === 'metadata.json' ? 'package/metadata' : 'package/file'
}

function inPackage(path: string, packages: ReadonlySet<string>): boolean {
  if (packages.size === 0) return false
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    if (packages.has(path.slice(0, end))) return true
  }
  return false
}
