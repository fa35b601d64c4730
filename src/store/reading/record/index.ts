/** What the record of one repository says, as its tracked snapshot has it. */
import type { Database } from '../../database.ts'
import { Annotations } from './annotations.ts'
import { Artifacts } from './artifacts.ts'
import { EvidenceReads } from './evidence-reads.ts'
import { Links } from './links.ts'
import { Matrix } from './matrix.ts'
import { Risks } from './risk.ts'
import { Traceability } from './traceability.ts'

export const recordOf = (database: Database) => ({
  artifacts: new Artifacts(database),
  evidenceReads: new EvidenceReads(database),
  links: new Links(database),
  annotations: new Annotations(database),
  traceability: new Traceability(database),
  matrix: new Matrix(database),
  risks: new Risks(database),
})

export type RecordReading = ReturnType<typeof recordOf>
