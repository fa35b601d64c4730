import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { CSRF_HEADER, SESSION_COOKIE } from '../session-access.ts'
import { HEADERS, METHOD_NOT_ALLOWED } from './document-headers.ts'

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
      '`if-none-match`, and 304 says that nothing is new. What goes wrong is told as RFC 9457 problem details. An address',
      'that is asked for with a method that it does not take answers 405, and `allow` names those that it takes.',
      '',
      'Members may be added to answers, and values to an `enum` of theirs: pass over what you do not know.',
    ].join('\n'),
  },
  components: {
    parameters: {
      IfNoneMatch: {
        ...{ name: 'if-none-match', in: 'header', schema: { type: 'string' } },
        description: 'The `etag` of an answer that you have: 304 where there is no other.',
      },
    },
    headers: HEADERS,
    responses: { MethodNotAllowed: METHOD_NOT_ALLOWED },
    securitySchemes: {
      key: { type: 'http', scheme: 'bearer', description: 'An API key: `rsk_` and 64 hex digits.' },
      session: {
        ...{ type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
        description:
          'Of somebody who signed in at `/auth/login`. What changes something needs the header `x-csrf-token` as well.',
      },
      csrfToken: {
        ...{ type: 'apiKey', in: 'header', name: CSRF_HEADER },
        description: 'Beside the cookie of a session: `csrfToken` of `GET /api/v1/me`, sent by a page of this server.',
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
