/** Artifacts and the traceability matrix as CSV, written as they are read. */
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { csvLine } from '../../../report/csv.ts'
import { wholeFile } from '../../../rosie/matrix.ts'
import type { RecordReading } from '../../../store/reading/record/index.ts'
import type { RepositoryRow } from '../../../store/reading/repositories.ts'
import { repositoryParams } from '../in-repository.ts'
import { problems } from '../schemas.ts'

/** Rows that are read at a time. */
const BATCH = 1_000

const csv = (description: string) => ({ description, content: { 'text/csv': { schema: z.string() } } })

type Find = (id: bigint) => Promise<Pick<RepositoryRow, 'trackedScanId' | 'installationId'> | null>

/** Below `/repositories/:repositoryId`. `find`: the repository as it is now. */
export const csvExports: FastifyPluginAsyncZod<{ record: RecordReading; find: Find }> = async (
  app,
  { record, find },
) => {
  app.get(
    '/artifacts.csv',
    {
      config: { revised: true },
      schema: {
        operationId: 'exportArtifacts',
        tags: ['record'],
        summary: 'All artifacts as CSV, by path',
        params: repositoryParams,
        response: { 200: csv('A line for each artifact, after one of names.'), ...problems(400, 404) },
      },
    },
    async ({ repository }, reply: FastifyReply) =>
      sendCsv(
        reply,
        `${repository.name}-artifacts.csv`,
        unchanged(repository, find, artifactLines(repository, record)),
      ),
  )

  app.get(
    '/traceability/matrix.csv',
    {
      config: { revised: true },
      schema: {
        operationId: 'exportMatrix',
        tags: ['traceability'],
        summary: 'The requirements and how far each is covered, as CSV',
        params: repositoryParams,
        response: { 200: csv('A line for each requirement in force, after one of names.'), ...problems(400, 404) },
      },
    },
    async ({ repository }, reply: FastifyReply) =>
      sendCsv(reply, `${repository.name}-matrix.csv`, unchanged(repository, find, matrixLines(repository, record))),
  )
}

function sendCsv(reply: FastifyReply, file: string, lines: AsyncIterable<string>) {
  const name = file.replace(/[^\w.-]/g, '_')
  return reply
    .headers({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="${name}"`,
    })
    .send(Readable.from(lines))
}

/**
 * Parts of two scans must not be taken for one: an export during which the default branch was scanned again breaks off,
 * which clients see, as the answer has no end.
 */
async function* unchanged(
  { id, installationId, trackedScanId }: RepositoryRow,
  find: Find,
  parts: AsyncIterable<string>,
): AsyncGenerator<string> {
  for await (const part of parts) {
    const now = await find(id)
    if (now?.trackedScanId !== trackedScanId) throw new Error('The default branch was scanned meanwhile.')
    if (now.installationId !== installationId) throw new Error('The repository went to another account meanwhile.')
    yield part
  }
}

async function* artifactLines({ id }: RepositoryRow, { artifacts }: RecordReading): AsyncGenerator<string> {
  const header = [
    'kind',
    'gxp_id',
    'title',
    'risk',
    'status',
    'tier',
    'linked',
    'traced',
    'proven',
    'verdict',
    'path',
    'sha',
    'updated_at',
  ]
  let part = csvLine(header)
  for (let after: readonly [string] | null = null; ; ) {
    const { items, next } = await artifacts.list(id, [], {}, BATCH, after)
    for (const { kind, gxpId, title, risk, status, tier, linked, traced, proven, verdict, ...row } of items) {
      const levels = [linked, traced, proven, verdict]
      part += csvLine([
        kind,
        gxpId,
        title,
        risk,
        status,
        tier,
        ...levels,
        row.path,
        row.sha,
        row.updatedAt.toISOString(),
      ])
    }
    yield part
    if (next === null) return
    part = ''
    after = next
  }
}

async function* matrixLines({ id }: RepositoryRow, { matrix }: RecordReading): AsyncGenerator<string> {
  let part = csvLine([
    'requirement',
    'title',
    'risk',
    'linked',
    'traced',
    'proven',
    'tiers',
    'missing_tiers',
    'path',
    'document',
  ])
  for (let after: string | null = null; ; ) {
    const lines = await matrix.lines(id, after, BATCH)
    for (const { gxpId, title, risk, linked, traced, proven, tiers, missingTiers, path, document } of lines) {
      const lists = [tiers.join(' '), missingTiers.join(' '), path.map(wholeFile).join(' > ')]
      part += csvLine([gxpId, title, risk, linked, traced, proven, ...lists, document])
    }
    yield part
    part = ''
    const last = lines.at(-1)
    if (last === undefined || lines.length < BATCH) return
    after = last.gxpId
  }
}
