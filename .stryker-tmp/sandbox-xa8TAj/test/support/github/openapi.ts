/**
 * GitHub's own description of its REST API, as a judge of requests: which operation a path means, and whether path,
 * query and body fit it. Members and parameters that the description does not know count as mistakes too: GitHub ignores
 * most of them, and a misspelt one would go unnoticed. https://docs.github.com/en/rest/about-the-rest-api/about-the-openapi-description-for-the-rest-api
 */
// @ts-nocheck

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import { isObject, type Json, type JsonObject } from './json.ts'

export interface Match {
  /** `GET /repos/{owner}/{repo}`. */
  route: string
  operation: JsonObject
  /** Decoded, as text. */
  params: Record<string, string>
}

interface Route {
  method: string
  template: string
  pattern: RegExp
  /** More literal segments win: `/app/hook/deliveries` over `/app/{x}/{y}`. */
  literals: number
  operation: JsonObject
}

/** Read once in a process, when the first request arrives: 13 MB, about 0.15 s. */
let document: JsonObject | undefined
let routes: Route[] | undefined
const validators = new Map<string, ValidateFunction>()

const addFormats = formats as unknown as typeof formats.default
const bodies = addFormats(new Ajv({ strict: false, allErrors: true, validateFormats: true }))
/** Path and query are text: `per_page=50` is the number 50; what is left out gets the description's default. */
const parameters = addFormats(new Ajv({ strict: false, allErrors: true, coerceTypes: true, useDefaults: true }))

/** The operation a method and path (without query) mean; null when GitHub has none. */
export function findOperation(method: string, path: string): Match | null {
  let best: { route: Route; found: RegExpExecArray } | null = null
  for (const route of allRoutes()) {
    if (route.method !== method || (best && best.route.literals >= route.literals)) continue
    const found = route.pattern.exec(path)
    if (found) best = { route, found }
  }
  if (!best) return null
  const { route, found } = best
  const params = Object.fromEntries(
    Object.entries(found.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]),
  )
  return { route: `${method} ${route.template}`, operation: route.operation, params }
}

/** What does not fit the description, in words; numbers in `query` become numbers, defaults are filled in. */
export function requestProblems(
  { route, operation, params }: Match,
  query: JsonObject,
  body: Json | undefined,
): string[] {
  const listed = (operation.parameters as Json[]).map((parameter) => resolve(parameter) as JsonObject)
  const check = (place: string, values: JsonObject) => {
    const validate = validator(`${route} ${place}`, parameters, () => parameterSchema(listed, place))
    return problemsOf(validate, values, place)
  }
  const problems = [...check('path', { ...params }), ...check('query', query)]
  const requestBody = operation.requestBody as JsonObject | undefined
  if (!requestBody) return body === undefined ? problems : [...problems, 'body: this operation takes none']
  if (body === undefined) return requestBody.required ? [...problems, 'body: required'] : problems
  const validate = validator(`${route} body`, bodies, () => closed(schemaOf(requestBody)))
  return [...problems, ...problemsOf(validate, body, 'body')]
}

/** What of an answer of ours does not fit the description. */
export function answerProblems({ route, operation }: Match, status: number, body: Json): string[] {
  const described = resolve((operation.responses as JsonObject)[String(status)] ?? null)
  if (!isObject(described)) return [`answer ${status}: not described`]
  if (!described.content) return []
  return problemsOf(
    validator(`${route} ${status}`, bodies, () => resolve(schemaOf(described))),
    body,
    'answer',
  )
}

function problemsOf(validate: ValidateFunction, value: unknown, place: string): string[] {
  if (validate(value)) return []
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    return `${place}${instancePath}: ${message} ${JSON.stringify(params)}`
  })
}

function validator(key: string, ajv: Ajv, schema: () => Json): ValidateFunction {
  const known = validators.get(key)
  if (known) return known
  const compiled = ajv.compile(schema() as object)
  validators.set(key, compiled)
  return compiled
}

function parameterSchema(listed: readonly JsonObject[], place: string): JsonObject {
  const here = listed.filter((parameter) => parameter.in === place)
  return {
    type: 'object',
    properties: Object.fromEntries(
      here.map((parameter) => [parameter.name as string, resolve(parameter.schema ?? {})]),
    ),
    required: here.filter((parameter) => parameter.required).map((parameter) => parameter.name ?? null),
    additionalProperties: false,
  }
}

const schemaOf = (described: JsonObject): Json => {
  const content = described.content as Record<string, JsonObject>
  return content['application/json']?.schema ?? {}
}

/** The schema with its references filled in, and `nullable` in a form that holds for references too. */
function resolve(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(resolve)
  if (!isObject(schema)) return schema
  if (typeof schema.$ref === 'string') return resolve(at(schema.$ref))
  const { nullable, example: _example, examples: _examples, ...rest } = schema
  const resolved = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, resolve(value)]))
  return nullable === true ? { anyOf: [resolved, { type: 'null' }] } : resolved
}

/** `resolve`, and every object takes the members it names and no others (unless the description says otherwise). */
function closed(schema: Json): Json {
  const close = (part: Json): Json => {
    if (!isObject(part)) return part
    const shut: JsonObject = { ...part }
    if (isObject(part.properties)) {
      shut.properties = Object.fromEntries(
        Object.entries(part.properties).map(([name, member]) => [name, close(member)]),
      )
      shut.additionalProperties ??= false
    }
    if (part.items) shut.items = close(part.items)
    return shut
  }
  return close(resolve(schema))
}

const at = (ref: string): Json =>
  ref
    .slice(2)
    .split('/')
    .reduce<Json>((place, key) => (place as JsonObject)[key.replaceAll('~1', '/')] ?? null, description())

function description(): JsonObject {
  const file = () => createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json')
  document ??= JSON.parse(readFileSync(file(), 'utf8')) as JsonObject
  return document
}

function allRoutes(): Route[] {
  routes ??= Object.entries(description().paths as Record<string, JsonObject>).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, operation]) =>
      route(method.toUpperCase(), template, operation as JsonObject),
    ),
  )
  return routes
}

function route(method: string, template: string, operation: JsonObject): Route {
  const listed = ((operation.parameters ?? []) as Json[]).map((parameter) => resolve(parameter) as JsonObject)
  const wide = new Set(listed.filter((parameter) => parameter['x-multi-segment']).map((parameter) => parameter.name))
  const segments = template
    .split('/')
    .map((segment) =>
      segment
        .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
        .replace(/\{(\w+)\}/g, (_, name) => `(?<${name}>${wide.has(name) ? '.+' : '[^/]+'})`),
    )
  const literals = template.split('/').filter((segment) => !segment.includes('{')).length
  return {
    method,
    template,
    pattern: new RegExp(`^${segments.join('/')}$`),
    literals,
    operation: { parameters: [], ...operation },
  }
}
