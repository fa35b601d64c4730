/**
 * Who may import whom. Imports point inwards: `rosie` knows nothing of ours, `scan` knows `rosie` and the ports it
 * declares, the parts around them implement those ports without knowing each other, and only the composition root and the
 * command line know every part. docs/architecture.md, "Layout".
 */
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What each part may import besides itself. A part is a folder of src/, or a file that lies in src/ itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  rosie: [],
  access: [],
  audit: [],
  scan: ['rosie'],
  live: ['access', 'scan'],
  report: ['rosie', 'scan', 'audit'],
  github: ['rosie', 'access', 'scan', 'report'],
  local: ['rosie', 'scan'],
  queue: ['rosie', 'scan', 'telemetry'],
  store: ['rosie', 'access', 'audit', 'scan', 'generated'],
  api: ['rosie', 'access', 'scan', 'report', 'store'],
  telemetry: ['scan'],
  thread: ['scan'],
  'config.ts': [
    ...['config-access.ts', 'config-forms.ts', 'config-github.ts', 'config-keys.ts', 'config-retention.ts'],
    ...['scan', 'telemetry'],
  ],
  'config-access.ts': ['access'],
  'config-forms.ts': [],
  'config-github.ts': ['config-forms.ts', 'config-keys.ts'],
  'config-keys.ts': ['rosie', 'audit'],
  'config-retention.ts': ['config-forms.ts', 'scan'],
  'config-page.ts': ['config.ts'],
  'cli.ts': ['cli'],
}

/** The composition root and the command line put the parts together. */
const KNOW_EVERY_PART = [
  ...[
    'main.ts',
    'app.ts',
    'app-parts.ts',
    'app-web.ts',
    'app-admin.ts',
    'app-configured.ts',
    'app-live.ts',
    'app-sign-in.ts',
    'app-work.ts',
    'app-sweeps.ts',
    'app-thread.ts',
  ],
  'cli',
]

/** Single imports that the table forbids, each with its reason. One that is no longer needed fails below. */
const EXCEPTIONS: readonly { from: string; to: string; because: string }[] = [
  {
    from: 'api/setup/routes.ts',
    to: 'github/loopback.ts',
    because: 'The relay and the registration page must agree on what GitHub can reach; the file has no imports itself.',
  },
  {
    from: 'config-github.ts',
    to: 'github/loopback.ts',
    because: 'So must the check of WEBHOOK_PROXY_URL and the relay.',
  },
  {
    from: 'config.ts',
    to: 'github/loopback.ts',
    because: 'On this machine, browsers send cookies that are for https also without it.',
  },
]

/** Packages for which one part stands in, so that a change of theirs is felt in one place. */
const KEPT_IN: Record<string, readonly string[]> = {
  jose: ['rosie', 'access', 'audit'],
  fastify: ['api'],
  probot: ['github'],
  'smee-client': ['github'],
  oauth4webapi: ['github'],
  'tar-stream': ['github'],
  bullmq: ['queue'],
  // What reads the queue, and the page that shows it.
  '@bull-board/api': ['queue', 'api'],
  '@bull-board/fastify': ['api'],
  ioredis: ['queue', 'live'],
  'lru-cache': ['api', 'live'],
  pdfkit: ['report'],
  pg: ['store', 'live'],
  'socket.io': ['live'],
  '@prisma/adapter-pg': ['store'],
  '@electric-sql/pglite': ['store'],
  'pglite-prisma-adapter': ['store'],
  commander: ['cli'],
  'prom-client': ['telemetry'],
  // GitHub gives the credentials of a new app before there is a client that could use them.
  '@octokit/rest': ['github', 'api'],
}

/**
 * All that the standard needs besides the language: no clock, file, network or environment. zod declares the policy once,
 * for the reader and for the JSON Schema that editors use.
 */
const PURE = ['node:crypto', 'jose', 'yaml', 'zod']

const SRC = fileURLToPath(new URL('../src/', import.meta.url))

interface Import {
  /** Relative to src/. */
  from: string
  /** Relative to src/ for our own files; otherwise the package, or `node:` and the module. */
  to: string
  own: boolean
}

function importsOf(from: string, source: string): Import[] {
  const specifiers = [...source.matchAll(/\b(?:from\s+|import\s+|import\(\s*)(['"])([^'"\s]+)\1/g)].map(
    ([, , path = '']) => path,
  )
  return specifiers.map((path) =>
    path.startsWith('.')
      ? { from, to: posix.join(posix.dirname(from), path), own: true }
      : { from, to: packageOf(path), own: false },
  )
}

const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

const partOf = (file: string) => file.split('/')[0] ?? file

/** Why an import is not allowed; null where it is. */
function objection({ from, to, own }: Import): string | null {
  const part = partOf(from)
  if (!own) {
    if (part === 'rosie' && !PURE.includes(to)) return `${from} imports ${to}: the standard is pure`
    const homes = KEPT_IN[to]
    return homes && !homes.includes(part) ? `${from} imports ${to}, which is kept in ${homes.join(' and ')}` : null
  }
  if (partOf(to) === part || KNOW_EVERY_PART.includes(part)) return null
  if (MAY_IMPORT[part]?.includes(partOf(to))) return null
  return EXCEPTIONS.some((known) => known.from === from && known.to === to) ? null : `${from} imports ${to}`
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && partOf(file) !== 'generated')
const imports = files.flatMap((file) => importsOf(file, readFileSync(`${SRC}${file}`, 'utf8')))

describe('The source', () => {
  it('imports inwards only', () => {
    expect(imports.flatMap((each) => objection(each) ?? [])).toEqual([])
  })

  it('is all in parts that have a place in the table', () => {
    const known = [...Object.keys(MAY_IMPORT), ...KNOW_EVERY_PART]
    expect([...new Set(files.map(partOf))].filter((part) => !known.includes(part))).toEqual([])
  })

  it('needs every exception that is listed', () => {
    const made = imports.filter(({ own }) => own).map(({ from, to }) => `${from} → ${to}`)
    expect(made).toEqual(expect.arrayContaining(EXCEPTIONS.map(({ from, to }) => `${from} → ${to}`)))
  })
})

describe('An import is refused', () => {
  it.each([
    ['rosie/assess.ts', "import { PHASES } from '../scan/ports/store.ts'"],
    ['rosie/parse/jws.ts', "import { readFile } from 'node:fs/promises'"],
    ['rosie/rules/trace.ts', "import { text } from '../../report/markdown.ts'"],
    ['scan/run.ts', "import type { Scans } from '../store/scans.ts'"],
    ['scan/run.ts', "export { comment } from '../report/comment.ts'"],
    ['report/summary.ts', "import { CHECK_NAME } from '../github/check-run.ts'"],
    ['github/intents.ts', "import {\n  laneOf,\n} from '../store/intents.ts'"],
    ['store/scans.ts', "const { openQueue } = await import('../queue/index.ts')"],
    ['local/git.ts', "import { readBlob } from '../github/blobs.ts'"],
    ['api/webhook-route.ts', "import { createReceiver } from '../github/webhooks.ts'"],
    ['api/setup/pages.ts', "import { isLoopback } from '../../github/loopback.ts'"],
    ['telemetry/logger.ts', "import '../config.ts'"],
    ['config.ts', "import { startWork } from './app.ts'"],
    ['github/blobs.ts', "import { Redis } from 'ioredis'"],
    ['access/api-key.ts', "import type { Database } from '../store/database.ts'"],
    ['queue/board.ts', "import { FastifyAdapter } from '@bull-board/fastify'"],
    ['api/host.ts', "import type { PrismaPg } from '@prisma/adapter-pg'"],
  ])('of %s: %s', (from, source) => {
    expect(importsOf(from, source).map(objection)).toEqual([expect.stringContaining(`${from} imports `)])
  })

  it.each([
    ['store/scans.ts', "import { LeaseLost } from '../scan/ports/store.ts'"],
    ['github/publisher.ts', "import { comment } from '../report/comment.ts'"],
    ['app.ts', "import { Scans } from './store/scans.ts'"],
    ['cli/scan.ts', "import { openCheckout } from '../local/checkout.ts'"],
    ['rosie/verify.ts', "import { compactVerify } from 'jose'"],
  ])('but not of %s: %s', (from, source) => {
    expect(importsOf(from, source).map(objection)).toEqual([null])
  })
})
