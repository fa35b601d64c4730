/** What of a request is not as a schema says, told by the names that its sender knows, with what is expected there. */
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify'
import { z } from 'zod'
import { Problem, sendProblem, toProblem } from '../problem.ts'

const PLACES: Record<string, string> = {
  params: 'the path',
  querystring: 'the query',
  headers: 'the headers',
  body: 'the body',
}

/** For Fastify: reads what comes in by its schema. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart = 'body' }) =>
  (data: unknown) => {
    const { success, data: value, error } = schema.safeParse(data, { error: expected })
    return success ? { value } : { error: new Problem(400, faultsOf(error.issues, data, PLACES[httpPart] ?? httpPart)) }
  }

/**
 * On all routes that are added to `app` after this: a body that is empty is none, though a header says of what kind it is.
 * Clients send that header with everything.
 */
export function takeEmptyBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null) : parse(request, String(body), done),
  )
}

/** On all routes that are added to `app` after this: of a body that is too large, how large it may be is told. */
export function tellBodyLimit(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const told = toProblem(error, request)
    if (error instanceof Problem || told.statusCode !== 413) return sendProblem(reply, told)
    const most = request.routeOptions.bodyLimit / 2 ** 20
    return sendProblem(reply, new Problem(413, `The body is larger than ${most} MiB.`))
  })
}

/** More would be read by nobody. */
const MOST_FAULTS = 5

const faultsOf = (issues: readonly z.core.$ZodIssue[], data: unknown, place: string): string =>
  issues
    .map((issue) => `${subjectOf(issue, place)}${faultOf(issue, data, place)}`)
    .map((sentence) => (/[.?]$/.test(sentence) ? sentence : `${sentence}.`))
    // A number beyond what is exact is no whole number either, for which there is no other sentence.
    .filter((sentence, index, all) => all.indexOf(sentence) === index)
    .slice(0, MOST_FAULTS)
    .join(' ')

function subjectOf({ path: [name, ...inner] }: z.core.$ZodIssue, place: string): string {
  if (name === undefined) return place.charAt(0).toUpperCase() + place.slice(1)
  const rest = inner.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')
  return `\`${String(name)}${rest}\` in ${place}`
}

function faultOf({ code, path, message }: z.core.$ZodIssue, data: unknown, place: string): string {
  const given = path.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown> | null)?.[step], data)
  const absent = given === undefined || (path.length === 0 && given === null)
  if (absent && code !== 'custom') return ` is missing: it ${message}`
  // No query takes a list: it is what Fastify makes of a name that comes more than once.
  if (place === PLACES.querystring && Array.isArray(given)) return ` is given ${times(given.length)}`
  // What a schema says in its own words goes on from the name, or is a sentence.
  return /^[a-z]/.test(message) ? ` ${message}` : `: ${message}`
}

const times = (count: number): string => (count === 2 ? 'twice' : `${count} times`)

type Issue = z.core.$ZodRawIssue

/** What is expected, to go on from a name with; where a schema has no words of its own. */
function expected(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPES[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${listed(issue.values)}`
    case 'invalid_format':
      return `must ${FORMATS[issue.format] ?? `match \`${issue.pattern}\``}`
    case 'too_small':
      return `must ${bound(issue.origin, 'at least', Number(issue.minimum))}`
    case 'too_big':
      return `must ${bound(issue.origin, 'at most', Number(issue.maximum))}`
    case 'unrecognized_keys':
      return `has ${listed(issue.keys.slice(0, MOST_FAULTS))}, which ${issue.keys.length === 1 ? 'is' : 'are'} not taken here: it takes ${listed(namesOf(issue.inst))}`
    case 'invalid_union':
      return `must ${alternatives(issue.errors)}`
    default:
      return undefined
  }
}

/** What there is to send where that was sent. */
const namesOf = (inst: unknown): readonly string[] => (inst instanceof z.ZodObject ? Object.keys(inst.shape) : [])

const listed = (values: readonly unknown[]): string =>
  values.length === 0 ? 'nothing' : values.map((value) => `\`${String(value)}\``).join(', ')

/** What each of several schemas expects of the whole; what one expects of a part of it is of no use beside the others. */
function alternatives(errors: readonly (readonly z.core.$ZodIssue[])[]): string {
  const whole = errors.flatMap((issues) => issues.filter(({ path }) => path.length === 0).map(({ message }) => message))
  const expectations = whole.flatMap((message) => (message.startsWith('must ') ? [message.slice('must '.length)] : []))
  return [...new Set(expectations)].join(' or ') || 'be as the schema at /api/docs says'
}

const TYPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const FORMATS: Record<string, string> = {
  datetime: 'be a time as in RFC 3339, such as `2026-01-31T12:00:00Z`',
  uuid: 'be a UUID',
}

function bound(origin: string, relation: string, limit: number): string {
  if (origin === 'string') return `have ${relation} ${limit} ${limit === 1 ? 'character' : 'characters'}`
  if (origin === 'array' || origin === 'set') return `have ${relation} ${limit} ${limit === 1 ? 'item' : 'items'}`
  return `be ${relation} ${limit}`
}
