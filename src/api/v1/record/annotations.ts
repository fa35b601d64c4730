/** Annotations in source and tests ("tag blocks"), block by block. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { TAG_NAMES } from '../../../rosie/tags.ts'
import type { BlockRow } from '../../../store/reading/record/annotations.ts'
import type { RecordReading } from '../../../store/reading/record/index.ts'
import { decodeCursor, encodeCursor, goingOn, pageOf, pageQuery } from '../cursor.ts'
import { repositoryParams } from '../in-repository.ts'
import { problems, serial, sha, someText, text } from '../schemas.ts'

const tagBlock = z
  .object({
    path: z.string(),
    kind: z.string().describe('`source` or `test`, by its path.'),
    sha: z.string().describe('Git blob SHA of the file.'),
    line: z.int().describe('Of the comment that holds the tags.'),
    endLine: z.int(),
    tags: z.array(
      z.object({
        name: z.string().describe('Without `@`.'),
        generation: z.int().describe('3: GxP.MD 3.0; 2: RFC-001 draft-03; 1: draft-02.'),
        line: z.int(),
        ids: z.array(z.string()),
        value: z.string().nullable(),
        title: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'TagBlock' })

const KINDS = ['source', 'test'] as const
const position = z.tuple([text(4_096), z.enum(KINDS), sha, serial])

const told = ({ path, kind, sha, block }: BlockRow): z.infer<typeof tagBlock> => ({
  ...{ path, kind, sha, line: block.line, endLine: block.endLine },
  tags: block.tags.map(({ name, generation, line, ids, value = null, title = null }) => {
    return { name, generation, line, ids: ids.map(({ id }) => id), value, title }
  }),
})

/** Below `/repositories/:repositoryId`. */
export const annotations: FastifyPluginAsyncZod<{ record: RecordReading }> = async (app, { record }) => {
  app.get(
    '/annotations',
    {
      config: { revised: true, keepSeconds: 300 },
      schema: {
        operationId: 'listAnnotations',
        tags: ['record'],
        summary: 'Comments with tags in source and tests, by path and line',
        params: repositoryParams,
        querystring: pageQuery.extend({
          path: someText(1_000).optional().describe('What the path begins with.'),
          kind: z.enum(KINDS).optional(),
          tag: z.enum(TAG_NAMES).optional().describe('A tag of that name is among them.'),
          id: someText(1_000).optional().describe('An id that one of the tags names.'),
        }),
        response: { 200: pageOf(tagBlock), ...problems(400, 404) },
      },
    },
    async ({ repository, query: { limit, cursor, ...filter } }) => {
      const after = decodeCursor(cursor, position)
      const { items, next } = goingOn(await record.annotations.list(repository.id, filter, limit, after))
      return { items: items.map(told), next: encodeCursor(next) }
    },
  )
}
