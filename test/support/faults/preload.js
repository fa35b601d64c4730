/**
 * Loaded before the built app (`node --import`, in each of its threads): each write to GitHub, and each commit to
 * PostgreSQL, is a point. It is noted in FAULTS_DIR/passed, and at the one that FAULTS_DIR/plan.json names something goes
 * wrong, once: `before` it is sent, or `after` the answer came, the process is killed; `lost`, it is applied and no answer
 * comes. What BullMQ writes to a schema of its own is left alone: whatever it loses is found again by the rows.
 */
import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { requestPoint, statementPoint } from './points.js'

const folder = process.env.FAULTS_DIR
if (!folder) throw new Error('FAULTS_DIR must name a folder.')

/** Noted, with what goes wrong there: null for nothing. */
function pass(name, texts) {
  appendFileSync(join(folder, 'passed'), `${JSON.stringify({ name, texts })}\n`)
  const plan = planned()
  return plan?.name === name && isFirst(plan.id) ? plan.how : null
}

function planned() {
  try {
    return JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8'))
  } catch {
    return null
  }
}

/** Among all threads, and all processes that follow each other. */
function isFirst(id) {
  try {
    closeSync(openSync(join(folder, `struck-${id}`), 'wx'))
    return true
  } catch {
    return false
  }
}

/** Nothing happens after this. */
function die() {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}

const { fetch } = globalThis

globalThis.fetch = async (url, init) => {
  const name = requestPoint(init?.method ?? 'GET', String(url), init?.body)
  const fault = name && pass(name, [name])
  if (fault === 'before') return die()
  const answer = await fetch(url, init)
  if (!fault) return answer
  await answer.arrayBuffer()
  if (fault === 'after') return die()
  throw new TypeError('fetch failed', { cause: new Error('other side closed') })
}

const { query } = pg.Client.prototype

pg.Client.prototype.query = function (...given) {
  const [statement, values, callback] = given
  const text = typeof statement === 'string' ? statement : statement?.text
  if (typeof text !== 'string' || isQueue(this)) return query.apply(this, given)
  const point = statementPoint(this, text, Array.isArray(values) ? values : statement?.values)
  const fault = point && pass(point.name, point.texts)
  if (fault === 'before') return die()
  if (!fault) return query.apply(this, given)
  const outcome = query.call(this, statement, Array.isArray(values) ? values : undefined).then(() => {
    if (fault === 'after') return die()
    this.connection.stream.destroy()
    throw new Error('Connection terminated unexpectedly')
  })
  const done = typeof values === 'function' ? values : callback
  if (!done) return outcome
  outcome.catch(done)
}

const isQueue = ({ connectionParameters }) => connectionParameters?.application_name === 'rosie-guard queue'
