import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { SESSION_COOKIE } from '../session-access.ts'

/** What the OpenAPI document says before its operations. */
export const DOCUMENT: FastifyDynamicSwaggerOptions['openapi'] = {
  openapi: '3.1.1',
  info: {
    title: 'rosie-guard',
    version: '1',
    description: [
      'What the compliance records of repositories say, and what was found in them.',
      '',
      'Send an API key (`rosie-guard api-key create`) as bearer token. A key sees its installation or its repositories;',
      'what it may not see is not there: 404. Lists come in pages: `next` of one is the `cursor` of the next. Answers about',
      'the record of a repository carry an `etag`, which changes with each scan of the default branch: ask again with',
      '`if-none-match`, and 304 says that nothing is new. What goes wrong is told as RFC 9457 problem details.',
    ].join('\n'),
  },
  components: {
    parameters: {
      IfNoneMatch: {
        ...{ name: 'if-none-match', in: 'header', schema: { type: 'string' } },
        description: 'The `etag` of an answer that you have: 304 where there is no other.',
      },
    },
    headers: {
      ETag: { schema: { type: 'string' }, description: 'Of this answer. Another answer has another one.' },
    },
    securitySchemes: {
      key: { type: 'http', scheme: 'bearer', description: 'An API key: `rsk_` and 64 hex digits.' },
      session: {
        ...{ type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
        description:
          'Of somebody who signed in at `/auth/login`. What changes something needs the header `x-csrf-token` as well.',
      },
    },
  },
  security: [{ key: [] }, { session: [] }],
  tags: [
    { name: 'access', description: 'Who asks, and what they may.' },
    { name: 'installations', description: 'Accounts that the app is installed on.' },
    { name: 'repositories', description: 'Repositories that the app is installed on.' },
    { name: 'record', description: 'What the files of a record say: requirements, evidence, decisions and the like.' },
    { name: 'traceability', description: 'How the parts of a record are joined, and what is proven by that.' },
    { name: 'risk', description: 'The risk register, and how risks are covered.' },
    { name: 'products', description: 'Products and their manufacturers, and the repositories that they are made of.' },
    { name: 'scans', description: 'What was scanned, and what was found.' },
    { name: 'jobs', description: 'Work that takes its time, and how it stands.' },
    { name: 'keys', description: 'Public keys of the server that evidence is verified with.' },
    { name: 'api keys', description: 'Who may use this interface.' },
    { name: 'webhooks', description: 'What GitHub told.' },
    {
      name: 'compliance',
      description: 'Reports, the score, and the history of the record. Whether it suffices is for people to decide.',
    },
    { name: 'audit', description: 'Who did what, in a chain that shows every change.' },
  ],
}

interface Operation {
  parameters?: object[]
  responses: Record<string, { headers?: object }>
}

/** Every operation that may answer 304 says how it is asked for that, and what it answers with then. */
export function withRevisions<Document extends { paths?: object }>(document: Document): Document {
  const operations = Object.values(document.paths ?? {}).flatMap<Operation>(Object.values)
  for (const operation of operations) {
    const { 200: answer, 304: unchanged } = operation.responses
    if (!unchanged) continue
    operation.parameters = [...(operation.parameters ?? []), { $ref: '#/components/parameters/IfNoneMatch' }]
    for (const response of answer ? [answer, unchanged] : [unchanged]) {
      response.headers = { ...response.headers, etag: { $ref: '#/components/headers/ETag' } }
    }
  }
  return document
}

interface Components {
  schemas?: Record<string, unknown>
}

/**
 * Each thing is made a schema of as it comes in and as it goes out, though most do only one of these. Generated clients would
 * have a type for each.
 */
export function onlyWhatIsUsed<Document extends { paths?: object; components?: Components }>(
  document: Document,
): Document {
  const { schemas = {} } = document.components ?? {}
  const used = new Set<string>()
  const look = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part ?? null).matchAll(/"#\/components\/schemas\/([^"/]+)"/g)) {
      if (used.has(name)) continue
      used.add(name)
      look(schemas[name])
    }
  }
  look(document.paths)
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)))
  return { ...document, components: { ...document.components, schemas: kept } }
}
