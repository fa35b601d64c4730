/** What `rosie-guard audit verify` found, in words, and what it did not prove where it may be taken for proven. */
import type { Checkpoint } from '../audit/checkpoint.ts'
import type { Contained } from '../audit/contained.ts'
import type { VerifiedTrail } from '../audit/verify.ts'
import { oneLine } from '../report/plain.ts'
import { many } from '../report/words.ts'

/** As it is printed. */
export interface Told extends Omit<VerifiedTrail, 'passed'> {
  verified: boolean
  /** Checkpoints that the chain passes through, as far as it was followed. */
  checkpoints: Checkpoint[]
  /** Null: no part was given. */
  contains: (Contained & { file: string }) | null
}

export function pretty({ events, last, checkpoints, fault, contains }: Told): string {
  const followed = `${many(events, 'event')}${last ? `, the last of ${last.at}, sha256 ${last.hash}` : ''}`
  const through = checkpoints.map(
    ({ position, at }) => `Passes through the checkpoint of ${at} at position ${position}.`,
  )
  if (fault) {
    const where = [fault.line !== null && `line ${fault.line}`, `position ${fault.position}`].filter(Boolean).join(', ')
    return text([`NOT VERIFIED: ${where}: ${fault.message}`, `Up to there: ${followed}.`, ...through])
  }
  const whole = `${followed}. They are one whole chain.`
  if (contains && contains.missing !== null) {
    const lines = [`NOT VERIFIED: ${absent(contains.missing, contains.file)}`, `The full export: ${whole}`, ...through]
    return text(lines)
  }
  const part = contains ? [`Each line of ${contains.file} is in it as it is: ${many(contains.lines, 'line')}.`] : []
  return text([`Verified: ${whole}`, ...through, ...part, endOf(events, checkpoints)])
}

const text = (lines: readonly string[]): string => `${lines.map((line) => oneLine(line)).join('\n')}\n`

const absent = (line: number, file: string) =>
  `line ${line} of ${file} is not in the full export as it is: it was changed, or never was there, or is newer than that export.`

function endOf(events: number, checkpoints: readonly Checkpoint[]): string {
  const proven = Math.max(0, ...checkpoints.map(({ position }) => position))
  if (proven === 0) {
    return 'No checkpoint was given: it is not proven that nothing is missing at the end, nor that the whole chain is not another one.'
  }
  if (proven === events)
    return 'The newest checkpoint is of the last event: up to then nothing was changed and nothing is missing.'
  const [are, they] = events - proven === 1 ? ['is', 'it was the last'] : ['are', 'there were no more']
  return `After position ${proven} no checkpoint vouches for the ${many(events - proven, 'event')} that ${are} there, nor that ${they}.`
}
