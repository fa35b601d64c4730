/** Any artifact by its own id, whatever its kind; the system context, of which there is one. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { RecordReading } from '../../../store/reading/record/index.ts'
import { Problem } from '../../problem.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from '../cursor.ts'
import { repositoryParams } from '../in-repository.ts'
import { problems } from '../schemas.ts'
import { ALL_KINDS, ALL_STATUSES } from './kinds.ts'
import { byId, byPath } from './lists.ts'
import {
  artifact,
  artifactParams,
  artifactWithData,
  FILTERS,
  revision,
  statusAmong,
  toldArtifact,
  toldRevision,
  toldWithData,
} from './schemas.ts'

interface Options {
  record: Pick<RecordReading, 'artifacts'>
}

/** Below `/repositories/:repositoryId`. */
export const anyArtifact: FastifyPluginAsyncZod<Options> = async (app, { record }) => {
  await app.register(systemContext, { record })
  await app.register(listed, { record })
  await app.register(one, { record })
}

const systemContext: FastifyPluginAsyncZod<Options> = async (app, { record: { artifacts } }) => {
  app.get(
    '/system-context',
    {
      config: { revised: true, keepSeconds: 600 },
      schema: {
        operationId: 'getSystemContext',
        tags: ['record'],
        summary: 'What the system is and is meant for: `.gxp/system_context.md`',
        params: repositoryParams,
        response: { 200: artifactWithData, ...problems(400, 404) },
      },
    },
    async ({ repository }) => {
      const [context] = await artifacts.ofKind(repository.id, 'system_context')
      if (!context) throw new Problem(404, 'The default branch has no system context, or was never scanned.')
      return toldWithData(context)
    },
  )
}

const listed: FastifyPluginAsyncZod<Options> = async (app, { record: { artifacts } }) => {
  app.get(
    '/artifacts',
    {
      config: { revised: true, keepSeconds: 300 },
      schema: {
        operationId: 'listArtifacts',
        tags: ['record'],
        summary: 'All artifacts, by path',
        params: repositoryParams,
        querystring: pageQuery.extend({
          kind: z
            .enum(ALL_KINDS)
            .optional()
            .describe('What it is; `package_file`: the signature of an evidence package.'),
          ...{ risk: FILTERS.risk, status: statusAmong(ALL_STATUSES), q: FILTERS.q },
        }),
        response: { 200: pageOf(artifact), ...problems(400, 404) },
      },
    },
    async ({ repository, query: { limit, cursor, kind, q: text, ...filter } }) => {
      const kinds = kind === undefined ? [] : [kind]
      const after = decodeCursor(cursor, byPath)
      const { items, next } = await artifacts.list(repository.id, kinds, { ...filter, text }, limit, after)
      return { items: items.map(toldArtifact), next: encodeCursor(next) }
    },
  )
}

const one: FastifyPluginAsyncZod<Options> = async (app, { record: { artifacts } }) => {
  const withId = async (repositoryId: bigint, id: string) => {
    const found = await artifacts.withId(repositoryId, id)
    if (!found) throw new Problem(404, 'The record has no such artifact.')
    return found
  }

  app.get(
    '/artifacts/:artifactId',
    {
      config: { revised: true },
      schema: {
        operationId: 'getArtifact',
        tags: ['record'],
        summary: 'An artifact and what its file says',
        params: artifactParams,
        response: { 200: artifactWithData, ...problems(400, 404) },
      },
    },
    async ({ repository, params }) => toldWithData(await withId(repository.id, params.artifactId)),
  )

  app.get(
    '/artifacts/:artifactId/history',
    {
      config: { revised: true, keepSeconds: 300 },
      schema: {
        operationId: 'listArtifactRevisions',
        tags: ['record'],
        summary: 'What the file of an artifact was on the default branch, the newest first',
        params: artifactParams,
        querystring: pageQuery,
        response: { 200: pageOf(revision), ...problems(400, 404) },
      },
    },
    async ({ repository, params, query: { limit, cursor } }) => {
      const { path } = await withId(repository.id, params.artifactId)
      const { items, next } = await artifacts.history(repository.id, { path }, limit, decodeCursor(cursor, byId))
      return { items: items.map(toldRevision), next: encodeCursor(next) }
    },
  )
}
