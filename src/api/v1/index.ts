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
} from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Unreachable } from '../../scan/errors.ts'
import type { Reading } from '../../store/reading/index.ts'
import { type KeepOptions, keepAnswers } from '../cache/keep-answers.ts'
import { allowOrigins } from '../cross-origin.ts'
import { type GateOptions, gate } from '../gate.ts'
import { describeAnswers, describeUnchanged } from './answers.ts'
import { apiKeys } from './api-keys.ts'
import { auditEvents, type CheckpointKey } from './audit-events.ts'
import { compliance, type SignReport } from './compliance.ts'
import { complianceScore } from './compliance-score.ts'
import { markCursors } from './cursor-marks.ts'
import { DOCUMENT } from './document.ts'
import { forClients } from './document-for-clients.ts'
import { withHeaders } from './document-headers.ts'
import { repositoryFindings } from './findings.ts'
import { inRepository, tagged } from './in-repository.ts'
import { installations } from './installations.ts'
import { jobs } from './jobs.ts'
import { manufacturers } from './manufacturers.ts'
import { whoAmI } from './me.ts'
import { Methods } from './methods.ts'
import { PAGES } from './pages.ts'
import { products } from './products.ts'
import { strictQueries } from './queries.ts'
import { complianceRecord } from './record/index.ts'
import type { RawText } from './record/raw.ts'
import { oneRepository, repositories } from './repositories.ts'
import { scanRequests } from './scan-requests.ts'
import { repositoryScans, scans } from './scans.ts'
import { settingsOfRepository } from './settings.ts'
import { installationKeys, repositoryKeys } from './signing-keys.ts'
import { toldOnce } from './told-once.ts'
import { takeEmptyBodies, tellBodyLimit, validatorCompiler } from './understood.ts'
import { webhookDeliveries } from './webhook-deliveries.ts'

export const API_PATH = '/api/v1'

export interface ApiOptions extends GateOptions {
  store: Reading
  /** Whose pages may ask; none where nothing is said. */
  origins?: readonly string[]
  /** How the text of a file is had; absent: it isn't. */
  rawText?: RawText
  /** Something may be due to be scanned. */
  onScans?: () => void
  /** What makes answers look as they do: of another version none is taken from the cache, or for one that a client has. */
  version?: string
  /** Where expensive answers are kept; absent: nowhere. */
  keep?: Omit<KeepOptions, 'version'>
  /** Signs reports; null or absent: none are signed. */
  signReport?: SignReport | null
  /** Where addresses in reports begin; null or absent: that isn't known. */
  publicUrl?: string | null
  /** Verifies checkpoints of the audit trail; null or absent: none are signed. */
  checkpointKey?: CheckpointKey | null
}

const schemasOf = createJsonSchemaTransformObject({ schemaRegistry: z.globalRegistry })

const noText: RawText = async () => {
  throw new Unreachable('This server asks nobody for files.')
}

export const apiV1: FastifyPluginAsync<ApiOptions> = async (
  app,
  {
    authenticate,
    origins = [],
    limits,
    turns,
    store,
    rawText = noText,
    checkpointKey = null,
    signReport = null,
    publicUrl = null,
    onScans = () => {},
    version = 'any',
    keep,
  },
) => {
  const methods = new Methods(app)
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  await app.register(swagger, {
    openapi: DOCUMENT,
    transform: createJsonSchemaTransform({}),
    transformObject: (made) => forClients(withHeaders(schemasOf(made))),
  })
  await app.register(swaggerUi, PAGES)

  await app.register(
    async (api) => {
      await allowOrigins(api, origins)
      api.get(
        '/openapi.json',
        { schema: { hide: true } },
        toldOnce(() => app.swagger()),
      )
      // Beside the gate: nobody has to be known to be told that there is nothing.
      api.setNotFoundHandler(methods.refuse)
      await api.register(async (resources) => {
        await gate(resources, { authenticate, limits, turns })
        tellBodyLimit(resources)
        takeEmptyBodies(resources)
        describeAnswers(resources)
        strictQueries(resources)
        markCursors(resources)
        await resources.register(whoAmI, { store })
        await resources.register(installations, { store })
        await resources.register(installationKeys, { store, prefix: '/installations/:installationId' })
        await resources.register(repositories, { store })
        await resources.register(manufacturers, { store })
        await resources.register(products, { store })
        await resources.register(scans, { store })
        await resources.register(jobs, { store })
        await resources.register(apiKeys, { store })
        await resources.register(webhookDeliveries, { store })
        await resources.register(auditEvents, { store, checkpointKey })
        await resources.register(
          async (one) => {
            one.addHook(
              'preHandler',
              inRepository((id) => store.repositories.withId(id), version),
            )
            one.addHook('onSend', tagged)
            describeUnchanged(one)
            if (keep) keepAnswers(one, { ...keep, version })
            await one.register(oneRepository)
            await one.register(complianceRecord, { store, rawText })
            await one.register(settingsOfRepository, { store })
            await one.register(repositoryKeys, { store })
            await one.register(scanRequests, { store, onScans })
            await one.register(repositoryScans, { store })
            await one.register(repositoryFindings, { store })
            await one.register(compliance, { store, onScans, sign: signReport, publicUrl })
            await one.register(complianceScore, { store })
          },
          { prefix: '/repositories/:repositoryId' },
        )
      })
    },
    { prefix: API_PATH },
  )
}
