/** What the record of one repository says: its artifacts, their links, the risk register, as the last scan found them. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Reading } from '../../../store/reading/index.ts'
import { annotations } from './annotations.ts'
import { anyArtifact } from './artifact.ts'
import { traceability } from './chain.ts'
import { csvExports } from './exports.ts'
import { artifactLists } from './lists.ts'
import { matrixJson } from './matrix.ts'
import { type RawText, rawArtifact } from './raw.ts'
import { risk } from './risk.ts'

export interface RecordOptions {
  store: Pick<Reading, 'record' | 'repositories' | 'policies'>
  rawText: RawText
}

/** Below `/repositories/:repositoryId`. */
export const complianceRecord: FastifyPluginAsyncZod<RecordOptions> = async (
  app,
  { store: { record, repositories, policies }, rawText },
) => {
  await app.register(anyArtifact, { record })
  await app.register(artifactLists, { record })
  await app.register(rawArtifact, { record, rawText })
  await app.register(annotations, { record })
  await app.register(traceability, { record })
  await app.register(matrixJson, { record })
  await app.register(risk, { record, policies })
  await app.register(csvExports, { record, find: (id) => repositories.withId(id) })
}
