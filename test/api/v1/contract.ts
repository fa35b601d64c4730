/** The OpenAPI document as the suites use it: its operations, and whether an answer is as it says. */

import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormatsOf from 'ajv-formats'
import type { Asked, Operation } from './operations/operation.ts'
import type { Answer, Holder, Stage } from './stage.ts'

// The package's types say that its default export is a module.
const addFormats = addFormatsOf as unknown as (ajv: Ajv2020) => void

export interface Described {
  operationId: string
  method: string
  /** As in the document, with names in braces. */
  path: string
  summary?: string
  tags?: string[]
  parameters?: { name: string; in: string; description?: string; schema: { type?: string; format?: string } }[]
  requestBody?: {
    required?: boolean
    content: Record<string, { schema: { properties?: Record<string, { type?: string }> } }>
  }
  responses: Record<string, Response>
  security?: Record<string, unknown>[]
}

interface Response {
  headers: Record<string, { $ref: string }>
  content?: Record<string, unknown>
}

interface Document {
  tags: { name: string }[]
  components: {
    schemas: Record<string, unknown>
    headers: Record<string, { required?: boolean }>
    responses: Record<string, Response>
  }
  paths: Record<string, Record<string, Omit<Described, 'method' | 'path'>>>
}

export class Contract {
  readonly document: Document
  readonly operations: ReadonlyMap<string, Described>
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true })

  constructor(document: Document) {
    this.document = document
    addFormats(this.#ajv)
    this.#ajv.addSchema(closed(document), 'api')
    const all = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, said]) => ({ ...said, method: method.toUpperCase(), path })),
    )
    this.operations = new Map(all.map((each) => [each.operationId, each]))
  }

  static async of(stage: Stage): Promise<Contract> {
    return new Contract((await stage.ask(null, '/openapi.json')).body)
  }

  /**
   * What of the document is no OpenAPI, by OpenAPI's own schema (as text). That leaves open which dialect of JSON Schema is
   * meant, in a way that the validator does not follow: here it is the default one, and each schema is compiled besides.
   */
  faults(text: string): unknown {
    const schema = JSON.parse(text.replaceAll('"$dynamicRef": "#meta"', '"$ref": "#/$defs/schema"'))
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    addFormats(ajv)
    ajv.addFormat('media-range', true)
    const validate = ajv.compile(schema)
    return validate(this.document) ? [] : validate.errors
  }

  /** What of an answer is not as described; empty: all is. */
  objections(operationId: string, answer: Answer): string[] {
    const { path, method, responses } = this.#operation(operationId)
    const { status, body } = answer
    const response = responses[status]
    if (!response) return [`${status} is not described: ${JSON.stringify(body)}`]
    const place = ['paths', path, method.toLowerCase(), 'responses', String(status)]
    return [...this.#objectionsToHeaders(response, answer), ...this.#objectionsToContent(place, response, answer)]
  }

  /** The same of an answer that is one of an address, whatever is asked for there. */
  objectionsToCommon(name: string, answer: Answer): string[] {
    const response = this.document.components.responses[name]
    if (!response) return [`The document has no answer ${name}.`]
    const place = ['components', 'responses', name]
    return [...this.#objectionsToHeaders(response, answer), ...this.#objectionsToContent(place, response, answer)]
  }

  /** Of the headers that the document knows, those that are there are described, and those that have to be there are. */
  #objectionsToHeaders({ headers: described }: Response, { status, headers }: Answer): string[] {
    return Object.entries(this.document.components.headers).flatMap(([name, { required = false }]) => {
      const [told, sent] = [name in described, name in headers]
      if (sent && !told) return [`${status} is described without the header ${name}`]
      return told && required && !sent ? [`${status} lacks the header ${name}`] : []
    })
  }

  #objectionsToContent(at: readonly string[], response: Response, { status, headers, body }: Answer): string[] {
    const [type = ''] = String(headers['content-type'] ?? '').split(';')
    if (!response.content) return body === '' ? [] : [`${status} is described without content`]
    if (!(type in response.content)) return [`${status} has the content type ${type}`]
    if (!/^application\/([\w.-]+\+)?json$/.test(type)) return []
    const place = [...at, 'content', type, 'schema']
    const pointer = place.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
    const validate = this.#ajv.compile({ $ref: `api#/${pointer}` })
    return validate(body) ? [] : (validate.errors ?? []).map((each) => `${each.instancePath} ${each.message}`)
  }

  /** `method`: of the operation, unless another is tried. */
  ask(
    stage: Stage,
    holder: Holder,
    operationId: string,
    asked: Asked,
    method = this.#operation(operationId).method,
  ): Promise<Answer> {
    const { query = {}, headers = {}, body } = asked
    const filled = this.pathOf(operationId, asked).replace('/api/v1', '')
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    )
    const address = search.size > 0 ? `${filled}?${search}` : filled
    return stage.ask(holder, address, { method, headers, ...(body && { body }) })
  }

  /** Where that is asked for, without a query. */
  pathOf(operationId: string, { params = {} }: Asked): string {
    return this.#operation(operationId).path.replace(/\{(\w+)\}/g, (_, name: string) => {
      if (params[name] === undefined) throw new Error(`${operationId} needs ${name}.`)
      return encodeURIComponent(String(params[name]))
    })
  }

  #operation(operationId: string): Described {
    const operation = this.operations.get(operationId)
    if (!operation) throw new Error(`The document has no operation ${operationId}.`)
    return operation
  }
}

/** Clients are to pass over members that they don't know; here each one has to be described. */
const closed = (document: Document): Document =>
  JSON.parse(JSON.stringify(document), (_, value) =>
    value?.type === 'object' && value.properties ? { additionalProperties: false, ...value } : value,
  )

/** One request over another. */
export const over = (good: Asked, other: Asked): Asked => ({
  ...good,
  ...other,
  params: { ...good.params, ...other.params },
  query: { ...good.query, ...other.query },
  headers: { ...good.headers, ...other.headers },
})

/** Whose key an operation is asked with. */
export const keyOf = (stage: Stage, key: NonNullable<Operation['key']>): string =>
  key === 'root' ? stage.root : stage.acme.keys[key]
