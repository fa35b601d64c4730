import { FAULTS, type Fault, Lane, type Passed } from '../support/faults/lane.ts'
import { record, tryOut } from '../support/faults/trial.ts'
import { type Step, steps } from '../support/faults/scenario.ts'
import { requestsWritten, statementsWritten, type Written } from '../support/faults/source.ts'

/**
 * The app is killed before and after each write to GitHub and each commit, and each answer gets lost once: whatever happens,
 * each head's check completes, once, with the right conclusion, no annotation or comment is doubled, and no delivery is lost.
 * The points are those that a run without faults passes; that it passes them all is held against the source.
 *
 * `FAULTS=regular expression` tries only those points whose name, with how, matches: `FAULTS='^lost COMMIT'`.
 */
const { TEST_DATABASE_URL = '', TEST_REDIS_URL = '' } = process.env
const describeWith = TEST_DATABASE_URL && TEST_REDIS_URL ? describe : describe.skip
const { FAULTS: only = '', FAULTS_TOLD } = process.env
const ONLY = new RegExp(only)
/** Each trial as it ends. */
const TELL = FAULTS_TOLD !== undefined

/** What the scenario does not pass, each with the reason why nothing depends on it. */
const EXCEPTIONS: readonly { file: string; text: string; because: string }[] = [
  {
    file: 'api/setup/routes.ts',
    text: 'POST /app-manifests',
    because: 'The registration page: there is no app yet, and the person who registers one is told to begin again.',
  },
  ...['UPDATE api_key SET last_used_at', 'INSERT INTO api_key', 'UPDATE api_key'].map((text) => ({
    file: 'store/api-keys.ts',
    text,
    because: 'Made and revoked by a person on the command line, who sees whether it was done; no scan needs a key.',
  })),
  {
    file: 'store/audit.ts',
    text: 'INSERT INTO audit_event',
    because: 'In the transaction of what a person does on the command line.',
  },
  {
    file: 'store/deliveries.ts',
    text: 'UPDATE webhook_delivery SET error',
    because: 'Says why a delivery could not be processed; without it the claim runs out and it is tried again.',
  },
  ...[
    ...['WITH ended', 'DELETE FROM tree', 'DELETE FROM blob', 'DELETE FROM …', 'DELETE FROM finding'],
    ...['DELETE FROM webhook_delivery WHERE id = ANY(ARRAY( SELECT id FROM webhook_delivery WHERE installation_id'],
    ...['DELETE FROM webhook_delivery WHERE id = ANY(ARRAY( SELECT id FROM webhook_delivery WHERE repository_id'],
    ...['UPDATE repository r SET tracked_head = NULL', 'DELETE FROM repository', 'DELETE FROM installation'],
    ...['DELETE FROM manufacturer', 'INSERT INTO audit_event (actor, action, resource, previous, reason)'],
  ].map((text) => ({
    file: 'store/retention.ts',
    text,
    because: 'Removes what nobody needs, and removes in the next round what is left; test/store/retention.test.ts.',
  })),
  {
    file: 'store/sweeps.ts',
    text: 'UPDATE sweep SET lease_until = NULL WHERE',
    because: 'Gives a round back as the process is told to stop; without it the lease runs out.',
  },
]

/** So many apps side by side, each with its own database, GitHub and queue. */
const LANES = 2

describeWith('whatever is written, and whatever happens then', () => {
  const passed: Passed[] = []
  const failures = new Map<Fault, string[]>(FAULTS.map((how) => [how, []]))
  const lanes: Lane[] = []

  beforeAll(async () => {
    const redisUrl = (n: number) => `${TEST_REDIS_URL}/${n + 10}`
    for (let n = 0; n < LANES; n++) {
      lanes.push(await Lane.start({ databaseUrl: TEST_DATABASE_URL, redisUrl: redisUrl(n) }))
    }
    const [first] = lanes
    if (!first) throw new Error('There is no lane.')
    let runs = 0
    /** By point, the steps that pass it, by their place; first the one that is sure to. */
    const where = new Map<string, number[]>()
    const scenario = steps(first)
    for (const [n, step] of scenario.entries()) {
      for (const name of new Set(await record(first, step, ++runs))) {
        const known = where.get(name) ?? []
        where.set(name, step.owns?.test(name) ? [n, ...known] : [...known, n])
      }
    }
    passed.push(...first.passed())
    const trials = [...where].flatMap(([point, at]) => FAULTS.map((how) => ({ point, at, how })))
    const wanted = trials.filter(({ point, how }) => ONLY.test(`${how} ${point}`))
    await Promise.all(
      lanes.map(async (_, n) => {
        let own = steps(lanes[n] as Lane)
        for (let trial = wanted.shift(); trial; trial = wanted.shift()) {
          const { point, how } = trial
          const lane = lanes[n] as Lane
          const started = Date.now()
          const problems = await outcome(lane, { point, how, at: trial.at.map((step) => own[step] as Step) }, () => ++runs)
          if (TELL) console.error(`${Date.now() - started} ms, ${how} ${point}: ${problems.join('\n') || 'well'}`)
          if (problems.length === 0) continue
          failures.get(how)?.push(`${point}:\n  ${problems.join('\n  ')}\n${lane.log}`)
          // What is wrong there must not be told of the next one.
          await lane.close()
          lanes[n] = await Lane.start({ databaseUrl: TEST_DATABASE_URL, redisUrl: redisUrl(n) })
          own = steps(lanes[n] as Lane)
        }
      }),
    )
  }, 1_800_000)
  afterAll(() => Promise.all(lanes.map((lane) => lane.close())), 60_000)

  /** What happens by the clock, or by who is faster, is tried a few times. */
  async function outcome(
    lane: Lane,
    { point, how, at }: { point: string; how: Fault; at: Step[] },
    next: () => number,
  ): Promise<string[]> {
    for (const step of [...at.slice(0, 3), ...at.slice(0, 3)]) {
      const problems = await tryOut(lane, { step, point, how }, next())
      if (problems) return problems.map((problem) => `${step.name}: ${problem}`)
    }
    return ['it was not passed again']
  }

  it.each([
    { how: 'before' as const, what: 'killed before it is sent' },
    { how: 'after' as const, what: 'killed after it was applied' },
    { how: 'lost' as const, what: 'applied, and the answer lost' },
  ])('$how: $what', ({ how }) => {
    expect(failures.get(how)).toEqual([])
  })

  it('every request to GitHub that the source can make is among them', () => {
    expect(neverPassed(requestsWritten())).toEqual([])
  })

  it('every statement in the source that writes is among them', () => {
    expect(neverPassed(statementsWritten())).toEqual([])
  })

  it('no exception is made of what is passed, or gone', () => {
    const written = [...requestsWritten(), ...statementsWritten()]
    const needed = EXCEPTIONS.filter(({ file, text }) =>
      written.some((each) => each.file === file && each.text.startsWith(text) && !isPassed(each)),
    )
    expect(EXCEPTIONS.filter((exception) => !needed.includes(exception))).toEqual([])
  })

  const isPassed = ({ pattern }: Written) => passed.some(({ texts }) => texts.some((text) => pattern.test(text)))

  const neverPassed = (written: readonly Written[]) =>
    written
      .filter((each) => !isPassed(each))
      .filter(({ file, text }) => !EXCEPTIONS.some((known) => known.file === file && text.startsWith(known.text)))
      .map(({ file, text }) => `${file}: ${text}`)
})
