/** The publisher on GitHub: one check run and one comment for one scan. */
import type { Octokit } from '@octokit/rest'
import { comment } from '../report/comment.ts'
import { checkPage } from '../report/summary.ts'
import { supersededPage } from '../report/superseded.ts'
import type { Publisher } from '../scan/ports/publisher.ts'
import type { ScanStore } from '../scan/ports/store.ts'
import type { HeadedScan } from '../scan/run.ts'
import { CheckRun } from './check-run.ts'
import { publishComment } from './comment.ts'

export interface PublisherOptions {
  /** Speaks for the installation; fails with the errors of scan/errors.ts. Repeats no write by itself: that is done here. */
  octokit: PublishingClient
  scan: HeadedScan
  store: Pick<ScanStore, 'update' | 'updatePull'>
  /** Ourselves. `slug`, where known, tells our comments from other apps' when GitHub doesn't name the app. */
  app: { id: number; slug: string | null }
  /** Where people look at GitHub: `https://github.com`, or the GHES host; no slash at the end. */
  webUrl: string
  /** Milliseconds since 1970. */
  now: () => number
}

/** The part of Octokit that publishing uses. */
export interface PublishingClient {
  rest: {
    checks: Pick<Octokit['rest']['checks'], 'create' | 'get' | 'listForRef' | 'update'>
    issues: Pick<Octokit['rest']['issues'], 'createComment' | 'listComments' | 'updateComment'>
  }
}

export function createPublisher(options: PublisherOptions): Publisher {
  const checkRun = new CheckRun(options)
  return {
    open: () => checkRun.open(),
    progress: (phase, detail) => checkRun.progress(phase, detail),
    conclude: (report) => checkRun.conclude(checkPage(report)),
    fail: (title, summary) => checkRun.fail(title, summary),
    cancel: (newerHead) => {
      const { title, summary } = supersededPage(newerHead, commitUrl(options, newerHead))
      return checkRun.cancel(title, summary)
    },
    comment: async (pull, report) => {
      const markdown = comment(report, checksUrl(options, pull.number))
      if (markdown !== null) await publishComment(options, pull, markdown)
    },
  }
}

/** The tab of the pull request, which shows the checks of whatever commit is its head. */
const checksUrl = (options: PublisherOptions, pull: number) => `${repositoryUrl(options)}/pull/${pull}/checks`

const commitUrl = (options: PublisherOptions, sha: string) => `${repositoryUrl(options)}/commit/${sha}`

function repositoryUrl({ webUrl, scan }: PublisherOptions): string {
  const { owner, name } = scan.repository
  return `${webUrl}/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`
}
