/** What the policy of a repository is made of, as its default branch and its organisation's were last scanned. */
import type { PolicyFile } from '../../rosie/parse/policy-file.ts'
import type { ProjectPolicy } from '../../rosie/parse/project-policy.ts'
import type { PolicySources } from '../../rosie/resolve-policy.ts'
import { Contents } from '../contents.ts'
import type { Database } from '../database.ts'
import type { RepositoryRow } from './repositories.ts'

export class Policies {
  readonly #database: Database
  readonly #contents: Contents

  constructor(database: Database, parserVersion: number) {
    this.#database = database
    this.#contents = new Contents(database, parserVersion)
  }

  /** The first of each in the order of paths, as in resolve-policy.ts. By the primary keys. */
  async sourcesOf(repository: RepositoryRow): Promise<PolicySources> {
    const rows = await this.#database.client.$queryRaw<{ content: PolicyFile | ProjectPolicy }[]>`
      SELECT read.content
      FROM tracked_file f CROSS JOIN LATERAL (
        SELECT content FROM blob b
        WHERE b.repository_id = f.repository_id AND b.sha = f.sha AND b.reader IN ('policy', 'project_policy')
        ORDER BY b.parser_version DESC LIMIT 1) AS read
      WHERE f.repository_id = ${repository.id} AND f.kind = 'policy' ORDER BY f.path`
    const contents = rows.map(({ content }) => content)
    return {
      organisation: await this.#contents.organisationPolicy(repository),
      repository: contents.find((content) => content.kind === 'policy') ?? null,
      project: contents.find((content) => content.kind === 'project_policy') ?? null,
    }
  }
}
