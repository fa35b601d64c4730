/** One step, with or without something that goes wrong in it, and what came of it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, Lane } from './lane.ts'
import { type Expected, type Step, wrongs } from './scenario.ts'

/** How long what goes wrong may delay the end of all work on a busy machine; in ms. Alone it is a few seconds. */
const SETTLES_WITHIN = 90_000
/** Points of sweeps and renewals come round by the clock. */
const STRIKES_WITHIN = 8_000

export interface Trial {
  step: Step
  point: string
  how: Fault
}

/** Runs a step as it is. Throws where something is wrong then. */
export async function record(lane: Lane, step: Step, run: number): Promise<string[]> {
  await step.prepare?.(lane, run)
  const before = lane.passed().length
  const problems = await attempt(lane, step, run, () => false)
  if (problems.length > 0) throw new Error(`${step.name}:\n${problems.join('\n')}\n${lane.log}`)
  return lane
    .passed()
    .slice(before)
    .map(({ name }) => name)
}

/** Answers what is wrong in the end; null where the point was not passed this time. */
export async function tryOut(lane: Lane, { step, point, how }: Trial, run: number): Promise<string[] | null> {
  await step.prepare?.(lane, run)
  const { struck, recovered } = lane.arm(point, how)
  try {
    let expected: Expected[] = []
    const act: Step['act'] = async (...of) => {
      expected = await step.act(...of)
      return expected
    }
    const problems = await attempt(lane, { ...step, act }, run, struck)
    if (problems.length > 0) return problems
    for (const until = Date.now() + STRIKES_WITHIN; !struck() && /sweep|quota/.test(point) && Date.now() < until; ) {
      await sleep(100)
    }
    if (!struck()) return null
    // What a process does as it starts must not undo anything either.
    await recovered()
    return await attempt(lane, { ...step, act: async () => expected }, run, struck)
  } finally {
    lane.disarm()
  }
}

async function attempt(lane: Lane, step: Step, run: number, struck: () => boolean): Promise<string[]> {
  const { github } = lane
  try {
    const expected = await step.act(lane, run, struck)
    const look = async () => [
      ...(await lane.unfinished()),
      ...expected.flatMap(wrongs),
      ...((await step.judge?.(lane)) ?? []),
    ]
    const until = Date.now() + SETTLES_WITHIN
    for (let problems = await look(); ; problems = await look()) {
      if (problems.length === 0) {
        // Nor may anything come of it later.
        await lane.quiet()
        problems = await look()
        if (problems.length === 0) break
      }
      if (Date.now() > until) return [...problems, ...violations(lane)]
      await sleep(50)
    }
    return violations(lane)
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)]
  } finally {
    github.faults.reset()
    github.violations.length = 0
  }
}

const violations = ({ github }: Lane) =>
  github.violations.map(({ request, problem }) => `GitHub objected to ${request}: ${problem}`)
