/** What the OpenAPI document says of headers: those that answers carry, and those that requests need or may send. */
const text = { type: 'string' } as const
const whole = { type: 'integer', minimum: 0 } as const

/** By name. `required`: in every answer that is described with it. */
export const HEADERS = {
  'x-request-id': {
    schema: text,
    required: true,
    description: "To look up in the server's log and in the audit trail.",
  },
  etag: { schema: text, description: 'Of this answer. Another answer has another one.' },
  location: { schema: text, required: true, description: 'The address of the job: how far it is.' },
  'retry-after': { schema: whole, required: true, description: 'After how many seconds to ask again.' },
  'ratelimit-limit': { schema: whole, description: 'Requests a minute, where the server limits them.' },
  'ratelimit-remaining': { schema: whole, description: 'Requests that are left of these.' },
  'ratelimit-reset': { schema: whole, description: 'After how many seconds there are all of them again.' },
  'www-authenticate': { schema: text, required: true, description: 'How to say who asks.' },
  'content-disposition': { schema: text, required: true, description: 'The name of the file: RFC 6266.' },
  'repr-digest': { schema: text, required: true, description: 'SHA-256 of the report as it was made: RFC 9530.' },
  'x-report-id': { schema: { type: 'string', format: 'uuid' }, required: true, description: 'Of the report.' },
  'x-unlinked-events': { schema: whole, required: true, description: 'Newer events that are not in the file yet.' },
  allow: { schema: text, required: true, description: 'The methods that the address takes.' },
} as const
type Header = keyof typeof HEADERS

const named = (...names: Header[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))

/** Of an address, whatever the operation, so that none is described with it. */
export const METHOD_NOT_ALLOWED = {
  description: 'The address does not take this method.',
  headers: named('x-request-id', 'allow'),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}

const COUNTED: Header[] = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset']

const BY_STATUS: Record<string, Header[]> = {
  202: ['location', 'retry-after'],
  401: ['www-authenticate'],
  429: ['retry-after'],
  503: ['retry-after'],
}

/** Whatever else the same answer may be sent as. */
const BY_CONTENT: Record<string, Header[]> = {
  'text/csv': ['content-disposition'],
  'application/jsonl': ['x-unlinked-events'],
  'application/pdf': ['content-disposition', 'repr-digest', 'x-report-id'],
}

interface Response {
  headers?: object
  content?: object
}

interface Operation {
  parameters?: object[]
  responses: Record<string, Response>
  security?: object[]
}

/** Each answer says what it carries, and each operation what it takes besides what it says itself. */
export function withHeaders<Document extends { paths?: object }>(document: Document): Document {
  for (const operations of Object.values(document.paths ?? {})) {
    for (const [method, operation] of Object.entries<Operation>(operations)) {
      if (method !== 'get') operation.security = [{ key: [] }, { session: [], csrfToken: [] }]
      for (const [status, response] of Object.entries(operation.responses)) {
        response.headers = headersOf(status, response)
      }
      withRevision(operation)
    }
  }
  return document
}

function headersOf(status: string, { content = {} }: Response) {
  const ofContent = Object.keys(content).flatMap((type) => BY_CONTENT[type] ?? [])
  // 414: the router says so, before anything is counted.
  return named('x-request-id', ...(status === '414' ? [] : COUNTED), ...(BY_STATUS[status] ?? []), ...ofContent)
}

/** An operation that may answer 304 says how it is asked for that, and what it answers with then. */
function withRevision(operation: Operation): void {
  const { 200: answer, 304: unchanged } = operation.responses
  if (!unchanged) return
  operation.parameters = [...(operation.parameters ?? []), { $ref: '#/components/parameters/IfNoneMatch' }]
  for (const response of answer ? [answer, unchanged] : [unchanged]) {
    response.headers = { ...response.headers, ...named('etag') }
  }
}
