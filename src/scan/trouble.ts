/** How the log is told of what did not succeed, and comes round again. */
import { Unreachable } from './errors.ts'

type Say = (facts: object, message: string) => void
type Level = 'warn' | 'error'

/**
 * While GitHub can't be reached, each round of each sweep fails: a line has what failed and where, which says it all, and
 * the stack is for debug. Any other error is told with its stack.
 */
export function logTrouble<L extends Level>(
  log: Record<L | 'debug', Say>,
  level: L,
  { err, ...facts }: { err: unknown; [fact: string]: unknown },
  message: string,
): void {
  const fault = err instanceof Unreachable ? err.fault : null
  log[level]({ ...facts, ...(fault ?? { err }) }, message)
  if (fault) log.debug({ ...facts, err }, message)
}
