/**
 * The REST interface under `/api/v1`. One schema of each thing validates what comes in, types the code and describes it at
 * `/api/v1/openapi.json`; `/api/docs` shows that as pages. Both say nothing of anybody's data and are open to all.
 */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyPluginAsync } from 'fastify'
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Reader } from '../../access/grant.ts'
import type { Reading } from '../../store/reading/index.ts'
import type { Authenticate } from '../key-access.ts'
import { DOCUMENT } from './document.ts'
import { inRepository } from './in-repository.ts'
import { oneRepository, repositories } from './repositories.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends it, in everything under /api/v1. */
    reader: Reader
  }
}

export const API_PATH = '/api/v1'
const PAGES_PATH = '/api/docs'

export interface ApiOptions {
  authenticate: Authenticate
  store: Reading
}

export const apiV1: FastifyPluginAsync<ApiOptions> = async (app, { authenticate, store }) => {
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  await app.register(swagger, {
    openapi: DOCUMENT,
    transform: createJsonSchemaTransform({}),
    transformObject: createJsonSchemaTransformObject({ schemaRegistry: z.globalRegistry }),
  })
  app.get(`${API_PATH}/openapi.json`, { schema: { hide: true } }, async () => app.swagger())
  await app.register(swaggerUi, { routePrefix: PAGES_PATH, staticCSP: true })

  await app.register(
    async (resources) => {
      resources.addHook('onRequest', async (request) => {
        request.reader = await authenticate(request)
      })
      await resources.register(repositories, { store })
      await resources.register(
        async (one) => {
          one.addHook(
            'preHandler',
            inRepository((id) => store.repositories.withId(id)),
          )
          await one.register(oneRepository)
        },
        { prefix: '/repositories/:repositoryId' },
      )
    },
    { prefix: API_PATH },
  )
}
