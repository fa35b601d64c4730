/** What the record is described by: artifacts, edges, coverage, findings. */
import { z } from 'zod'
import { RISKS, TIERS } from '../../../rosie/model.ts'
import type { ArtifactRow, ArtifactWithData, RevisionRow } from '../../../store/reading/record/artifacts.ts'
import type { CoverageRow, EdgeRow, FindingRow, LinkRow } from '../../../store/reading/record/links.ts'
import { repositoryParams } from '../in-repository.ts'
import { someText as text, time, timeOf } from '../schemas.ts'
import { ALL_KINDS } from './kinds.ts'

/** As an author wrote it: what is no id is simply not there. */
export const gxpId = text(1_000).describe('`gxp_id`, as in `REQ-001`.')
export const gxpIdParams = repositoryParams.extend({ gxpId })
export const artifactParams = repositoryParams.extend({ artifactId: z.uuid().describe('`id` of an artifact.') })

/** Columns of lists to filter by; each kind of artifact has its own. */
export const FILTERS = {
  risk: z.enum(RISKS).optional(),
  status: text(100).optional().describe('Exactly as the list has it.'),
  tier: z.enum(TIERS).optional().describe('The verification tier that it names.'),
  parent: text(1_000)
    .optional()
    .describe('An id that it names: what it satisfies, implements, derives from or is evidence of.'),
  q: text(200).optional().describe('Part of the id or the title, in capitals or not.'),
  verdict: z
    .enum(['valid', 'invalid', 'untrusted'])
    .optional()
    .describe('What verifying the signature with the trusted keys said.'),
} as const

/** Where it is one of few: none else is asked for. */
export const statusAmong = (statuses: readonly string[]) => z.enum(statuses).optional()

const levels = { linked: z.boolean(), traced: z.boolean(), proven: z.boolean() }

const artifactShape = {
  id: z.uuid(),
  kind: z
    .string()
    .describe(
      `${ALL_KINDS.map((kind) => `\`${kind}\``).join(', ')}; \`package_file\`: the signature of an evidence package.`,
    ),
  path: z.string(),
  sha: z.string().describe('Git blob SHA.'),
  gxpId: z.string().nullable(),
  title: z.string().nullable(),
  risk: z.string().nullable(),
  status: z.string().nullable(),
  tier: z.string().nullable(),
  updatedAt: time,
  coverage: z
    .object(levels)
    .nullable()
    .describe('Of a requirement in force: whether a test or evidence is linked to it, traced to it, proves it.'),
  verdict: z.string().nullable().describe('Of evidence: `valid`, `invalid` or `untrusted`.'),
}

export const artifact = z.object(artifactShape).meta({ id: 'Artifact' })

export const artifactWithData = z
  .object({
    ...artifactShape,
    data: z.unknown().describe('What its file says, as it was read; the signed text of evidence aside.'),
  })
  .meta({ id: 'ArtifactWithData' })

export const revision = z
  .object({
    id: z.string(),
    path: z.string(),
    kind: z.string(),
    gxpId: z.string().nullable(),
    change: z.string().describe('`added`, `changed` or `removed`; of an id, also by what its file comes to be called.'),
    sha: z.string().nullable().describe('Git blob SHA; null when it was removed.'),
    commit: z.string().describe('The commit with which it was found on the default branch.'),
    scanId: z.uuid(),
    at: time,
    data: z.unknown().describe('What its file said then.'),
  })
  .meta({ id: 'Revision' })

const edgeShape = {
  from: z
    .string()
    .describe('An id, `FILE:path#Lline` for annotated code, `FILE:path` for a whole file, or `EVIDENCE:path`.'),
  to: z.string(),
  type: z.string().describe('`satisfies`, `implements`, `verifies`, `derives_from` or `produces`.'),
  by: z.string().describe('The key or tag that says it.'),
  path: z.string().describe('Where it is said.'),
  line: z.int(),
}

export const edge = z.object(edgeShape).meta({ id: 'Edge', description: 'From what fulfils to what is fulfilled.' })
export const link = z
  .object({ ...edgeShape, title: z.string().nullable().describe('Of the artifact at the other end.') })
  .meta({ id: 'Link' })

export const coverage = z
  .object({
    risk: z.string().nullable(),
    ...levels,
    path: z.array(z.string()).describe('Nodes from the test or evidence to the requirement; at most 100.'),
    tiers: z.array(z.string()).describe('Tiers of the tests and evidence that are traced to it.'),
    missingTiers: z.array(z.string()).describe('Tiers that the policy demands and nothing has.'),
  })
  .meta({ id: 'Coverage' })

export const findingOnArtifact = z
  .object({
    id: z.string(),
    rule: z.string(),
    severity: z.string(),
    path: z.string().nullable(),
    line: z.int().nullable(),
    message: z.string(),
    fingerprint: z.string(),
    status: z.string(),
  })
  .meta({ id: 'FindingOnArtifact' })

export const toldArtifact = ({ linked, traced, proven, updatedAt, ...row }: ArtifactRow): z.infer<typeof artifact> => ({
  updatedAt: timeOf(updatedAt),
  coverage: linked === null || traced === null || proven === null ? null : { linked, traced, proven },
  ...row,
})

export const toldWithData = ({ data, node: _, ...row }: ArtifactWithData): z.infer<typeof artifactWithData> => ({
  data,
  ...toldArtifact(row),
})

export const toldRevision = ({ id, at, ...row }: RevisionRow): z.infer<typeof revision> => ({
  id: String(id),
  at: timeOf(at),
  ...row,
})

export const toldEdge = ({ from, to, type, by, path, line }: EdgeRow): z.infer<typeof edge> => {
  return { from, to, type, by, path, line }
}

export const toldLink = ({ title, ...row }: LinkRow): z.infer<typeof link> => ({ title, ...toldEdge(row) })

export const toldCoverage = ({ gxpId: _, ...row }: CoverageRow): z.infer<typeof coverage> => row

export const toldFinding = ({ id, ...row }: FindingRow): z.infer<typeof findingOnArtifact> => ({
  id: String(id),
  ...row,
})
