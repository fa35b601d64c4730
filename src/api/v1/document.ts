import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'

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
    securitySchemes: {
      key: { type: 'http', scheme: 'bearer', description: 'An API key: `rsk_` and 64 hex digits.' },
    },
  },
  security: [{ key: [] }],
  tags: [{ name: 'repositories', description: 'Repositories that the app is installed on.' }],
}
