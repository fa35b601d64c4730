/** To whom signed evidence was shown in full: a sensitive read, noted in the audit trail. */
import { type By, recordAudit } from '../../audit.ts'
import type { Database } from '../../database.ts'

export interface EvidenceRead {
  installationId: bigint
  repositoryId: bigint
  artifactId: string
  path: string
  sha: string
}

export class EvidenceReads {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Before it is sent: what can't be noted isn't shown. */
  async note(by: By, { installationId, repositoryId, artifactId, path, sha }: EvidenceRead): Promise<void> {
    const resource = `artifact/${artifactId}`
    const next = { path, sha }
    await recordAudit(this.#database.client, {
      ...by,
      action: 'evidence.read',
      ...{ resource, next, installationId, repositoryId },
    })
  }
}
