/** What the source text of src/ can write, found in it rather than listed: requests to GitHub, and statements. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Octokit } from '@octokit/rest'
import { parseSync } from '@swc/core'

const SRC = fileURLToPath(new URL('../../../src/', import.meta.url))
const SCHEMA = fileURLToPath(new URL('../../../prisma/schema.prisma', import.meta.url))

export interface Written {
  /** In src/. */
  file: string
  /** As somebody would look for it. */
  text: string
  /** What of it a point's text must hold. */
  pattern: RegExp
}

/** Any node of the syntax tree. */
type Node = { type: string } & Record<string, unknown>

/** Requests that change something, by the names of points: `POST /repos/{owner}/{repo}/check-runs`. */
export function requestsWritten(): Written[] {
  return nodes().flatMap(({ file, node }) => {
    const route = routeOf(node)
    if (route === null || /^(GET|HEAD) /.test(route)) return []
    const named = route.replace(/\{(?!owner\}|repo\})\w+\}/g, '{id}')
    return [{ file, text: named, pattern: new RegExp(`^${escaped(named)}( |$)`) }]
  })
}

/** Statements in SQL that write, what is set by templates of their own, and writes through Prisma's models. */
export function statementsWritten(): Written[] {
  return nodes().flatMap(({ file, node }) => {
    const found = rawStatement(node) ?? assigned(node) ?? modelWrite(node)
    return found ? [{ file, ...found }] : []
  })
}

// ── requests ────────────────────────────────────────────────────────────────────────────────────────────────────────

const { rest } = new Octokit()

/** Of `….rest.checks.create`, and of `….request('POST /…')`. */
function routeOf(node: Node): string | null {
  const [group, method] = chain(node).slice(-2)
  if (node.type === 'MemberExpression' && chain(node).at(-3) === 'rest') {
    const known = (
      rest as unknown as Record<string, Record<string, { endpoint: { DEFAULTS: { method: string; url: string } } }>>
    )[group ?? '']?.[method ?? '']
    if (!known) throw new Error(`Octokit has no rest.${group}.${method}.`)
    return `${known.endpoint.DEFAULTS.method} ${known.endpoint.DEFAULTS.url}`
  }
  if (node.type !== 'CallExpression' || chain(node.callee as Node).at(-1) !== 'request') return null
  const [first] = node.arguments as { expression: Node }[]
  const literal = first && unwrapped(first.expression)
  return literal?.type === 'StringLiteral' ? String(literal.value) : null
}

// ── statements ──────────────────────────────────────────────────────────────────────────────────────────────────────

type Found = Omit<Written, 'file'>

const WRITES =
  /^\s*(INSERT\s+INTO|UPDATE|DELETE\s+FROM|WITH\b[\s\S]*\b(INSERT\s+INTO|(?<!FOR |DO )UPDATE|DELETE\s+FROM))\b/

function rawStatement(node: Node): Found | null {
  const pieces = statementOf(node)
  return pieces && WRITES.test(pieces.join('?')) ? { text: shown(pieces), pattern: patternOf(pieces) } : null
}

/** Of `$executeRaw`…``, and of what is handed to a connection as text. */
function statementOf(node: Node): string[] | null {
  if (node.type === 'TaggedTemplateExpression') {
    return ['$executeRaw', '$queryRaw'].includes(chain(node.tag as Node).at(-1) ?? '') ? piecesOf(node) : null
  }
  if (node.type !== 'CallExpression') return null
  const method = chain(node.callee as Node).at(-1) ?? ''
  if (!['query', 'script', '$executeRawUnsafe', '$queryRawUnsafe'].includes(method)) return null
  const [first] = node.arguments as { expression: Node }[]
  const text = first && unwrapped(first.expression)
  if (text?.type === 'StringLiteral') return [String(text.value)]
  return text?.type === 'TemplateLiteral' ? piecesOf({ type: '', template: text }) : null
}

/** Of `Prisma.sql`column = …``: what some other template sets. Its place is in the statement that names the table. */
function assigned(node: Node): Found | null {
  if (node.type !== 'TaggedTemplateExpression' || chain(node.tag as Node).join('.') !== 'Prisma.sql') return null
  const pieces = piecesOf(node)
  if (!/^\s*[a-z_]+ = (?!ANY\b)/.test(pieces.join('?')) || pieces.some((piece) => /\bAND\b/.test(piece))) return null
  return { text: shown(pieces), pattern: patternOf(pieces) }
}

const KINDS: Record<string, string> = {
  ...{ create: 'INSERT INTO', createMany: 'INSERT INTO', upsert: 'INSERT INTO' },
  ...{ update: 'UPDATE', updateMany: 'UPDATE', delete: 'DELETE FROM', deleteMany: 'DELETE FROM' },
}

/** `transaction.pullRequest.updateMany(…)`. */
function modelWrite(node: Node): Found | null {
  if (node.type !== 'CallExpression') return null
  const [model = '', method = ''] = chain(node.callee as Node).slice(-2)
  const table = tables().get(model)
  const kind = Object.hasOwn(KINDS, method) ? KINDS[method] : undefined
  if (!table || !kind) return null
  return { text: `${kind} ${table}`, pattern: new RegExp(`^${kind} (?:"public"\\.)?"?${table}"?\\b`) }
}

let known: Map<string, string> | null = null

/** Prisma's models by the names of their members of the client. */
function tables(): Map<string, string> {
  known ??= new Map(
    [...readFileSync(SCHEMA, 'utf8').matchAll(/^model (\w+) \{[\s\S]*?@@map\("(\w+)"\)/gm)].map(
      ([, model = '', table = '']) => [model.charAt(0).toLowerCase() + model.slice(1), table],
    ),
  )
  return known
}

/** What stands between the `${…}`. */
const piecesOf = (node: Node): string[] =>
  ((node.template as Node).quasis as { cooked: string }[]).map(({ cooked }) => cooked)

const shown = (pieces: readonly string[]) => pieces.join('…').replace(/\s+/g, ' ').trim()

/** Points keep statements with single spaces. */
const patternOf = (pieces: readonly string[]) =>
  new RegExp(
    pieces
      .map((piece) => escaped(piece.replace(/\s+/g, ' ')))
      .join('[\\s\\S]*?')
      .trim(),
  )

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

// ── syntax ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function nodes(): { file: string; node: Node }[] {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.ts') && !file.startsWith('generated'))
    .flatMap((file) => {
      const tree = parseSync(readFileSync(join(SRC, file), 'utf8'), { syntax: 'typescript', target: 'es2022' })
      return [...walk(tree as unknown as Node)].map((node) => ({ file, node }))
    })
}

function* walk(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value) && 'type' in value && typeof value.type === 'string') yield value as Node
  for (const member of Object.values(value)) yield* walk(member)
}

/** The names of `a.b.c`, as far as they are names. */
function chain(node: Node): string[] {
  const inner = unwrapped(node)
  if (inner.type === 'Identifier') return [String(inner.value)]
  if (inner.type !== 'MemberExpression') return []
  const property = inner.property as Node
  return [...chain(inner.object as Node), property.type === 'Identifier' ? String(property.value) : '']
}

/** Without parentheses, `as` and type arguments. */
function unwrapped(node: Node): Node {
  const hidden = [
    'ParenthesisExpression',
    'TsAsExpression',
    'TsNonNullExpression',
    'TsInstantiation',
    'TsConstAssertion',
  ]
  return hidden.includes(node.type) ? unwrapped(node.expression as Node) : node
}
