/** Clients of the app: one that speaks for itself, and one for each piece of work on behalf of an installation. */
import type { Probot } from 'probot'
import type { RequestMeasures } from '../scan/ports/measures.ts'
import { Governor, type GovernorOptions } from './governor.ts'
import type { GitHubClient } from './octokit.ts'

export interface Clients {
  /** For what belongs to no installation. */
  app(): Promise<GitHubClient>
  /** Acts as the installation, and keeps to what GitHub allows it. */
  of(installationId: bigint): Promise<GitHubClient>
}

export function createClients(
  probot: Pick<Probot, 'auth'>,
  limits: GovernorOptions,
  measures: RequestMeasures,
): Clients {
  const governor = new Governor(limits)
  const client = async (installationId?: number) => {
    const made = (await probot.auth(installationId)) as unknown as GitHubClient
    made.measure(measures)
    return made
  }
  return {
    app: () => client(),
    async of(installationId) {
      const made = await client(Number(installationId))
      made.heed(governor.of(installationId))
      return made
    },
  }
}
