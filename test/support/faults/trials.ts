/** Every point that the scenario passes, and what comes of each when something goes wrong there. */
import { FAULTS, type Fault, Lane, type LaneOptions } from './lane.ts'
import { type Step, steps } from './scenario.ts'
import { record, tryOut } from './trial.ts'

export interface Trial {
  point: string
  how: Fault
  /** The steps that pass it, by their place; first the one that is sure to. */
  at: readonly number[]
}

export interface Failure extends Trial {
  problems: string[]
  log: string
}

/** Runs all steps as they are, and answers what can go wrong in them. Throws where something is wrong even so. */
export async function trialsOf(lane: Lane): Promise<Trial[]> {
  const where = new Map<string, number[]>()
  for (const [n, step] of steps(lane).entries()) {
    for (const name of new Set(await record(lane, step, nextRun()))) {
      const known = where.get(name) ?? []
      where.set(name, step.owns?.test(name) ? [n, ...known] : [...known, n])
    }
  }
  return [...where].flatMap(([point, at]) => FAULTS.map((how) => ({ point, how, at })))
}

/** What came of the trials that did not go well. */
export interface Outcome {
  failures: Failure[]
  /** Points that no try passed once more: what happens by the clock, or by who is faster. */
  missed: Trial[]
}

/** Takes trials from the list until it is empty, as other lanes may do meanwhile. */
export async function tryAll(trials: Trial[], options: LaneOptions, tell: (line: string) => void): Promise<Outcome> {
  const failures: Failure[] = []
  const missed: Trial[] = []
  let lane: Lane | null = null
  let own: Step[] = []
  try {
    for (let trial = trials.shift(); trial; trial = trials.shift()) {
      if (!lane) {
        lane = await Lane.start(options)
        own = steps(lane)
      }
      const started = Date.now()
      const at = trial.at.flatMap((place) => own[place] ?? [])
      const problems = await outcome(lane, trial, at)
      const said = problems ? problems.join('\n') || 'well' : 'missed'
      tell(`${Date.now() - started} ms, ${trial.how} ${trial.point}: ${said}`)
      if (problems === null) missed.push(trial)
      if (!problems?.length) continue
      failures.push({ ...trial, problems, log: lane.log })
      // What is wrong there must not be told of the next one.
      await lane.close()
      lane = null
    }
  } finally {
    await lane?.close()
  }
  return { failures, missed }
}

/** What is wrong; null where the point was not passed again, though it was tried a few times. */
async function outcome(lane: Lane, { point, how }: Trial, at: readonly Step[]): Promise<string[] | null> {
  const surest = at.slice(0, 3)
  for (const step of [...surest, ...surest]) {
    const problems = await tryOut(lane, { step, point, how }, nextRun())
    if (problems) return problems.map((problem) => `${step.name}: ${problem}`)
  }
  return null
}

let runs = 0

/** Tells what one run writes from what another does. */
const nextRun = () => ++runs
