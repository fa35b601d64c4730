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

/** The app's own client, where no limits are shared and nothing is counted. */
export const ownClient = async (probot: Pick<Probot, 'auth'>): Promise<GitHubClient> =>
  (await probot.auth()) as unknown as GitHubClient

export function createClients(
  probot: Pick<Probot, 'auth'>,
  limits: GovernorOptions,
  measures: RequestMeasures,
): Clients {
  const governor = new Governor(limits)
  return {
    async app() {
      const client = await ownClient(probot)
      client.measure(measures)
      return client
    },
    async of(installationId) {
      const client = (await probot.auth(Number(installationId))) as unknown as GitHubClient
      client.measure(measures)
      client.heed(governor.of(installationId))
      return client
    },
  }
}
