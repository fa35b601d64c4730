/** What is told of a scan that could not be completed. */
import { Forbidden, NotFound, Unreachable } from './errors.ts'

/** As Markdown, for the check run. */
export function explain(scanId: string, error: unknown): string {
  return [
    `The scan ended with an error, so nothing is said about this commit. ${advice(error)}`,
    `Scan \`${scanId}\`: an administrator finds the details under this id. "Re-run" starts it again.`,
  ].join('\n\n')
}

/** As it is kept with the scan: the advice first, where there is any, and the error as it came. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return isKnown(error) ? `${advice(error)} (${message})` : message
}

const isKnown = (error: unknown) => [NotFound, Forbidden, Unreachable].some((kind) => error instanceof kind)

/** What a developer may know and do. Internal errors are named by their id only: their text may hold anything. */
function advice(error: unknown): string {
  if (error instanceof NotFound)
    return 'GitHub does not have this commit, or no longer, or the app may not see the repository. If the branch was replaced, push again.'
  if (error instanceof Forbidden)
    return "The app lacks a permission it needs. An owner of the organisation can check the app's permissions."
  if (error instanceof Unreachable) return 'GitHub has not answered for hours.'
  return 'This is an error in rosie-guard, not in the change.'
}
