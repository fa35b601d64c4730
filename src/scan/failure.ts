/** What is told of a scan that could not be completed. */
import { DomainError, Forbidden, isThrown, NotFound, UnknownCommit, Unreachable } from './errors.ts'

/** As Markdown, for the check run. */
export function explain(scanId: string, error: unknown): string {
  return [
    `The scan ended with an error, so nothing is said about this commit. ${advice(error)}`,
    `Scan \`${scanId}\`: an administrator finds the details under this id. "Re-run" starts it again.`,
  ].join('\n\n')
}

/** As it is kept with the scan, and told to whoever may read it: the advice first, where there is any. */
export function reasonOf(error: unknown): string {
  if (isKnown(error)) return `${advice(error)} (${wordsOf(error)})`
  return error instanceof DomainError ? wordsOf(error) : `${advice(error)} ${wordsOf(error)}`
}

/** What an error says as far as it may be told: an internal one's text may hold anything, and only the log has it. */
export function wordsOf(error: unknown): string {
  if (error instanceof DomainError) return `${error.name}: ${error.message}`
  return `${kindOf(error)}: the server's log says more.`
}

function kindOf(error: unknown): string {
  if (!isThrown(error)) return 'Error'
  return typeof error.code === 'string' ? `${error.name} ${error.code}` : error.name
}

const isKnown = (error: unknown) =>
  [NotFound, UnknownCommit, Forbidden, Unreachable].some((kind) => error instanceof kind)

/** What a developer may know and do. Internal errors are named by their id only: their text may hold anything. */
function advice(error: unknown): string {
  if (error instanceof NotFound || error instanceof UnknownCommit)
    return 'GitHub does not have this commit, or no longer, or the app may not see the repository. If the branch was replaced, push again.'
  if (error instanceof Forbidden)
    return "The app lacks a permission it needs. An owner of the organisation can check the app's permissions."
  if (error instanceof Unreachable) return 'GitHub has not answered for hours.'
  return 'This is an error in rosie-guard, not in the change.'
}
