/** How a check run ends that its scan left open: with no verdict, and with words that say what to do. */
import { ACTIONS } from '../check-run.ts'

export type Left = 'failed' | 'skipped' | 'superseded' | 'stranger'

const WORDS: Record<Left, { conclusion: 'failure' | 'cancelled'; title: string; summary: string }> = {
  failed: {
    conclusion: 'failure',
    title: 'The scan could not be completed',
    summary:
      'The scan ended with an error, so nothing is said about this commit, and GitHub could not be told at the time. ' +
      '"Re-run" starts it again.',
  },
  skipped: {
    conclusion: 'cancelled',
    title: 'The scan was not needed any more',
    summary:
      'This scan ended without a verdict: another one speaks for this commit, or the app could not see the repository ' +
      'for a while. "Re-run" scans it again.',
  },
  superseded: {
    conclusion: 'cancelled',
    title: 'The branch has moved on',
    summary: 'A newer commit was pushed before this one was scanned. "Re-run" scans it all the same.',
  },
  stranger: {
    conclusion: 'cancelled',
    title: 'The scan is not known any more',
    summary:
      'rosie-guard has no record of the scan that opened this check, so nobody will complete it. The commit is scanned ' +
      'anew; "Re-run" does so too.',
  },
}

/** `now`: ms since 1970. */
export function ending(left: Left, scanId: string, now: number) {
  const { conclusion, title, summary } = WORDS[left]
  const output = {
    title,
    summary: `${summary}\n\nScan \`${scanId.replaceAll(/[^\w-]/g, '')}\`: an administrator finds the details under this id.`,
  }
  return {
    ...{ status: 'completed' as const, conclusion, completed_at: new Date(now).toISOString() },
    ...{ output, actions: ACTIONS },
  }
}
