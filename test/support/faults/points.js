/**
 * What the app writes, by stable names: a request to GitHub by its method and route, a statement by its kind, its table and
 * the columns it sets, a transaction by what it wrote.
 */

// ── GitHub ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Null for what writes nothing. A check run's update is told apart by what it is for. */
export function requestPoint(method, url, body) {
  const { pathname } = new URL(url)
  if (method === 'GET' || method === 'HEAD' || pathname.endsWith('/graphql')) return null
  const route = `${method} ${pathname
    .replace(/^\/api\/v3/, '')
    .replace(/^\/repos\/[^/]+\/[^/]+/, '/repos/{owner}/{repo}')
    .replace(/\/\d+(?=\/|$)/g, '/{id}')}`
  return `${route}${purposeOf(method, body)}`
}

function purposeOf(method, body) {
  if (method !== 'PATCH' || typeof body !== 'string') return ''
  const { conclusion, output } = JSON.parse(body)
  if (conclusion === 'cancelled' || (conclusion && /^The scan|^The branch/.test(output?.title ?? '')))
    return ' without a verdict'
  if (conclusion) return ' with the verdict'
  if (output?.annotations) return ' with more annotations'
  return output ? ' with progress' : ''
}

// ── PostgreSQL ──────────────────────────────────────────────────────────────────────────────────────────────────────

const WRITES = /\b(INSERT\s+INTO|DELETE\s+FROM|(?<!\bFOR |\bDO |\bNO KEY )UPDATE)\s+(?:"?public"?\.)?"?(\w+)"?/gi

/** What each connection has written in its open transaction. */
const open = new WeakMap()

/** The point that this statement of a connection passes; null where it commits nothing. */
export function statementPoint(connection, text, values) {
  const sql = text.replace(/\s+/g, ' ').trim()
  if (/^BEGIN\b/i.test(sql)) open.set(connection, [])
  const transaction = open.get(connection)
  if (/^(COMMIT|ROLLBACK)$/i.test(sql)) open.delete(connection)
  if (/^COMMIT$/i.test(sql)) return committed(transaction ?? [])
  const writes = writesOf(sql)
  if (writes.length === 0) return null
  if (!transaction) return { name: nameOf(sql, writes, values), texts: [sql] }
  transaction.push({ sql, writes })
  return null
}

function writesOf(sql) {
  if (!/^(WITH|INSERT|UPDATE|DELETE)\b/i.test(sql)) return []
  return [...sql.matchAll(WRITES)].map(([, kind = '', table = '']) => ({
    kind: kind.split(/\s/)[0].toUpperCase(),
    table,
  }))
}

function committed(transaction) {
  const written = transaction.flatMap(({ writes }) => writes.map(({ kind, table }) => `${kind} ${table}`))
  if (written.length === 0) return null
  return { name: `COMMIT after ${[...new Set(written)].join(', ')}`, texts: transaction.map(({ sql }) => sql) }
}

function nameOf(sql, writes, values) {
  const written = writes.map(({ kind, table }) => `${kind} ${table}`).join(', ')
  if (writes.length > 1 || writes[0].kind !== 'UPDATE') return written
  return `${written} SET ${assignments(sql)
    .map((each) => told(each, values))
    .join(', ')}`
}

/** Of an UPDATE: `column = value`, each. */
function assignments(sql) {
  const parts = ['']
  let depth = 0
  let quoted = false
  const from = sql.search(/\bSET\b/i) + 3
  for (let at = from; at < sql.length; at++) {
    const sign = sql[at]
    if (sign === "'") quoted = !quoted
    if (!quoted && depth === 0 && /^ (WHERE|FROM|RETURNING) /i.test(sql.slice(at, at + 11))) break
    if (!quoted && sign === '(') depth += 1
    if (!quoted && sign === ')') depth -= 1
    if (!quoted && depth === 0 && sign === ',') parts.push('')
    else parts[parts.length - 1] += sign
  }
  return parts
}

/** Columns whose value says what the statement is about. */
const TELLING = new Set(['status', 'stage', 'phase'])

function told(assignment, values) {
  const [, column = '', value = ''] = /^\s*(?:"?public"?\.)?"?(\w+)"? = (.*)$/s.exec(assignment) ?? []
  if (!TELLING.has(column)) return column
  const parameter = /\$(\d+)/.exec(value)
  const said = parameter ? values?.[parameter[1] - 1] : /^'([^']*)'/.exec(value)?.[1]
  return typeof said === 'string' ? `${column} ${said}` : column
}
