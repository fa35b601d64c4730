/** Requirements, stories, specifications, evidence and the like: lists, one by its id, and what it was before. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { kindOfId } from '../../../rosie/ids.ts'
import type { RecordReading } from '../../../store/reading/record/index.ts'
import type { RepositoryRow } from '../../../store/reading/repositories.ts'
import { Problem } from '../../problem.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from '../cursor.ts'
import { repositoryParams } from '../in-repository.ts'
import { problems, serial, text } from '../schemas.ts'
import { ARTIFACT_KINDS, type ArtifactKind } from './kinds.ts'
import {
  artifact,
  artifactWithData,
  coverage,
  FILTERS,
  findingOnArtifact,
  gxpIdParams,
  link,
  revision,
  statusAmong,
  toldArtifact,
  toldCoverage,
  toldFinding,
  toldLink,
  toldRevision,
  toldWithData,
} from './schemas.ts'

/** What one answer holds at most; the chain (chain.ts) and the findings of the scan have the rest. */
const MOST_LINKS = 500
const MOST_FINDINGS = 100

export const byPath = z.tuple([text(4_096)])
export const byId = z.tuple([serial])

const named = z
  .object({
    gxpId: z.string(),
    commit: z.string().nullable().describe('Of the tracked snapshot.'),
    definitions: z
      .array(artifactWithData)
      .describe(
        'One where the record is in order; several where several files have the id; none where only code or other documents name it.',
      ),
    coverage: coverage.nullable().describe('Of a requirement in force.'),
    links: z
      .object({ outgoing: z.array(link), incoming: z.array(link) })
      .describe(`What it points at and what points at it, the first ${MOST_LINKS} each.`),
    findings: z.array(findingOnArtifact).describe(`Of the tracked scan, the first ${MOST_FINDINGS}.`),
  })
  .meta({ id: 'NamedArtifact' })

/** Below `/repositories/:repositoryId`. */
export const artifactLists: FastifyPluginAsyncZod<{ record: RecordReading }> = async (app, { record }) => {
  for (const kind of ARTIFACT_KINDS) {
    await app.register(listOf, { record, kind })
    if (kind.named) await app.register(oneOf, { record, kind })
  }
}

interface Of {
  record: RecordReading
  kind: ArtifactKind
}

const listOf: FastifyPluginAsyncZod<Of> = async (app, { record, kind }) => {
  const { path, kinds, many, words, filters, statuses } = kind
  const all = { ...FILTERS, status: statusAmong(statuses) }
  const chosen = Object.fromEntries(filters.map((name) => [name, all[name]])) as typeof all
  app.get(
    `/${path}`,
    {
      config: { revised: true, keepSeconds: 300 },
      schema: {
        operationId: `list${many}`,
        tags: ['record'],
        summary: `Of the kind ${words}, by path`,
        params: repositoryParams,
        querystring: pageQuery.extend(chosen),
        response: { 200: pageOf(artifact), ...problems(400, 404) },
      },
    },
    async ({ repository, query: { limit, cursor, q, ...filter } }) => {
      const after = decodeCursor(cursor, byPath)
      const { items, next } = await record.artifacts.list(repository.id, kinds, { ...filter, text: q }, limit, after)
      return { items: items.map(toldArtifact), next: encodeCursor(next) }
    },
  )
}

const oneOf: FastifyPluginAsyncZod<Of> = async (app, { record, kind }) => {
  const { path, kinds, one, words } = kind
  app.get(
    `/${path}/:gxpId`,
    {
      config: { revised: true },
      schema: {
        operationId: `get${one}`,
        tags: ['record'],
        summary: `All there is of one id of the kind ${words}: its files, links, coverage and findings`,
        params: gxpIdParams,
        response: { 200: named, ...problems(400, 404) },
      },
    },
    async ({ repository, params }) => allOf(params.gxpId, repository, kind, record),
  )
  app.get(
    `/${path}/:gxpId/history`,
    {
      config: { revised: true, keepSeconds: 300 },
      schema: {
        operationId: `list${one}Revisions`,
        tags: ['record'],
        summary: `What one id of the kind ${words} was on the default branch, the newest first`,
        params: gxpIdParams,
        querystring: pageQuery,
        response: { 200: pageOf(revision), ...problems(400, 404) },
      },
    },
    async ({ repository, params, query: { limit, cursor } }) => {
      const of = { gxpId: params.gxpId, kinds }
      const before = decodeCursor(cursor, byId)
      const { items, next } = await record.artifacts.history(repository.id, of, limit, before)
      if (items.length === 0 && before === null) throw new Problem(404, 'The record never had this id.')
      return { items: items.map(toldRevision), next: encodeCursor(next) }
    },
  )
}

async function allOf(
  gxpId: string,
  { id, trackedHead, trackedScanId }: RepositoryRow,
  kind: ArtifactKind,
  record: RecordReading,
): Promise<z.infer<typeof named>> {
  const { artifacts, links } = record
  const { kinds } = kind
  const definitions = await artifacts.definitions(id, kinds, gxpId)
  const paths = definitions.map(({ path }) => path)
  if (definitions.length === 0 && !kinds.includes(String(kindOfId(gxpId)))) {
    throw await unknown(gxpId, id, kind, record)
  }
  // What names the id names no evidence that claims it: that is a node by its file.
  const nodes = new Set([...(isEvidence(kind) ? [] : [gxpId]), ...definitions.map(({ node }) => node)])
  const [covered, joined, found] = await Promise.all([
    kinds.includes('requirement') ? links.coverage(id, gxpId) : null,
    links.of(id, [...nodes], MOST_LINKS),
    trackedScanId === null ? [] : links.findings(trackedScanId, [gxpId], paths, MOST_FINDINGS),
  ])
  if (definitions.length === 0 && covered === null && joined.length === 0) {
    throw await unknown(gxpId, id, kind, record)
  }
  return {
    gxpId,
    commit: trackedHead,
    definitions: definitions.map(toldWithData),
    coverage: covered && toldCoverage(covered),
    links: {
      outgoing: joined.filter(({ direction }) => direction === 'outgoing').map(toldLink),
      incoming: joined.filter(({ direction }) => direction === 'incoming').map(toldLink),
    },
    findings: found.map(toldFinding),
  }
}

/** What has that id is often of another kind, which is told with its address. */
async function unknown(
  gxpId: string,
  repositoryId: bigint,
  { kinds, words }: ArtifactKind,
  { artifacts, links }: RecordReading,
): Promise<Problem> {
  const others = ARTIFACT_KINDS.filter((each) => each.named && !each.kinds.some((kind) => kinds.includes(kind)))
  const definedAmong = async (some: readonly ArtifactKind[]) => {
    const among = some.flatMap((each) => each.kinds)
    const [defined] = await artifacts.definitions(repositoryId, among, gxpId)
    return defined && some.find((each) => each.kinds.includes(defined.kind))
  }
  const namedOnly = async () => {
    const one = others.find((each) => each.kinds.includes(String(kindOfId(gxpId))))
    return one && (await links.of(repositoryId, [gxpId], 1)).length > 0 ? one : undefined
  }
  // Evidence may claim the id of anything: it comes last.
  const other =
    (await definedAmong(others.filter((each) => !isEvidence(each)))) ??
    (await namedOnly()) ??
    (await definedAmong(others.filter(isEvidence)))
  if (!other) return new Problem(404, 'The record has no such id.')
  const what = isEvidence(other) ? other.words : `a ${other.words}`
  const address = `/api/v1/repositories/${repositoryId}/${other.path}/${encodeURIComponent(gxpId)}`
  return new Problem(404, `The record has no such ${words}; ${gxpId} is ${what}: it is at ${address}.`)
}

const isEvidence = ({ kinds }: ArtifactKind): boolean => kinds.includes('evidence')
