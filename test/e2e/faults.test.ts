import { Lane, type Passed } from '../support/faults/lane.ts'
import { requestsWritten, statementsWritten, type Written } from '../support/faults/source.ts'
import { type Failure, type Trial, trialsOf, tryAll } from '../support/faults/trials.ts'
import { redisOf } from '../support/servers/redis.ts'

/**
 * The app is killed before and after each write to GitHub and each commit, and each answer gets lost once: whatever happens,
 * each head's check completes, once, with the right conclusion, no annotation or comment is doubled, and no delivery is lost.
 * The points are those that a run without faults passes; that it passes them all is held against the source.
 *
 * `FAULTS=regular expression` tries only those whose name, with how, matches: `FAULTS='^lost COMMIT'`; `FAULTS_TOLD=1` tells
 * each as it ends.
 */
const { TEST_DATABASE_URL = '', TEST_REDIS_URL = '', FAULTS: ONLY = '', FAULTS_TOLD } = process.env
const describeWith = TEST_DATABASE_URL && TEST_REDIS_URL ? describe : describe.skip

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
    because: 'In the transaction of what it tells of.',
  },
  ...['INSERT INTO audit_link', 'INSERT INTO audit_checkpoint'].map((text) => ({
    file: 'store/audit-chain.ts',
    text,
    because: 'Links events a moment after they are written; what a round has not done, the next one does.',
  })),
  ...[...['store/key-registry.ts', 'store/products.ts', 'store/scan-requests.ts', 'store/reading/compliance.ts']].map(
    (file) => ({
      file,
      text: '',
      because: 'Asked for through the REST interface, in one transaction: whoever asks sees whether it was done.',
    }),
  ),
  ...['store/people.ts', 'store/sessions.ts'].map((file) => ({
    file,
    text: '',
    because: 'Somebody signs in or out, or is asked about: it is asked again, and no scan needs it.',
  })),
  {
    file: 'store/reports.ts',
    text: '',
    because: 'A report that was lost is made again when it is asked for.',
  },
  {
    file: 'store/due.ts',
    text: 'UPDATE repository SET due_at = least(due_at, now()) WHERE',
    because: 'In the transaction that registers or revokes a key, or moves a repository to another account.',
  },
  {
    file: 'store/witness.ts',
    text: 'DELETE FROM compliance_report',
    because: 'Only where a repository is transferred; in the transaction that moves it.',
  },
  {
    file: 'store/supersede.ts',
    text: 'WITH unsure',
    because: 'Only where events of one second contradict each other; in the transaction that supersedes.',
  },
  {
    file: 'store/deliveries.ts',
    text: 'UPDATE webhook_delivery SET error',
    because: 'Says why a delivery could not be processed; without it the claim runs out and it is tried again.',
  },
  ...[
    ...['WITH ended', 'WITH removed AS ( DELETE FROM tree', 'WITH removed AS ( DELETE FROM blob'],
    ...['installation_id', 'repository_id'].map(
      (whose) =>
        `WITH removed AS ( DELETE FROM webhook_delivery WHERE id = ANY(ARRAY( SELECT id FROM webhook_delivery WHERE ${whose}`,
    ),
  ].map((text) => ({
    file: 'store/retention.ts',
    text,
    because: 'Removes what nobody needs, and removes in the next round what is left; test/store/retention.test.ts.',
  })),
  {
    file: 'store/erasure.ts',
    text: '',
    because: 'Erases what was removed long ago, and in the next round what is left; test/store/retention.test.ts.',
  },
  {
    file: 'store/sweeps.ts',
    text: 'UPDATE sweep SET lease_until = greatest(',
    because: 'Prolongs a round that takes long, which a quick machine has none of; without it the lease runs out.',
  },
  {
    file: 'store/sweeps.ts',
    text: 'UPDATE sweep SET lease_until = NULL WHERE',
    because: 'Gives a round back as the process is told to stop; without it the lease runs out.',
  },
  {
    file: 'store/held.ts',
    text: "status = 'queued'",
    because: 'Gives back what a thread held that ended, or that had to stop; without it the leases run out.',
  },
]

/** Tried with the queue in PostgreSQL too: what matters to it is where in the course of a scan its process dies. */
const OF_THE_QUEUE =
  /status (running|queued)|dispatched_at$|^(POST|PATCH).*check-runs|^COMMIT after (DELETE finding|UPDATE scan)/

/** Of all trials. */
const MAY_BE_MISSED = 0.05

describeWith('whatever is written, and whatever happens then', () => {
  const passed: Passed[] = []
  const failures: Failure[] = []
  const missed: Trial[] = []
  let tried = 0

  beforeAll(async () => {
    const lane = (redis: string | null) => ({ databaseUrl: TEST_DATABASE_URL, redisUrl: redis })
    const recorded = await Lane.start(lane(redisOf('faults') ?? null))
    const all = await trialsOf(recorded)
    passed.push(...recorded.passed())
    await recorded.close()
    const trials = all.filter(({ point, how }) => new RegExp(ONLY).test(`${how} ${point}`))
    const ofTheQueue = trials.filter(({ point, how }) => how === 'after' && OF_THE_QUEUE.test(point))
    tried = trials.length
    const tell = FAULTS_TOLD === undefined ? () => {} : (line: string) => console.error(line)
    const lanes = [
      tryAll(trials, lane(redisOf('faults, first lane') ?? null), tell),
      tryAll(trials, lane(redisOf('faults, second lane') ?? null), tell),
      tryAll(ofTheQueue, lane(null), tell),
    ]
    for (const outcome of await Promise.all(lanes)) {
      failures.push(...outcome.failures)
      missed.push(...outcome.missed)
    }
  }, 1_800_000)

  it.each([
    { how: 'before' as const, what: 'killed before it is sent' },
    { how: 'after' as const, what: 'killed after it was applied' },
    { how: 'lost' as const, what: 'applied, and the answer lost' },
  ])('$how: $what', ({ how }) => {
    const wrong = failures.filter((failure) => failure.how === how)
    expect(wrong.map(({ point, problems, log }) => [point, ...problems, log].join('\n'))).toEqual([])
  })

  /** Which statements share a transaction may hang on who is faster, and a renewal on the clock; most never do. */
  it('nearly every point is passed again when it is tried', () => {
    if (missed.length > 0)
      console.log(`not passed again: ${missed.map(({ how, point }) => `${how} ${point}`).join('; ')}`)
    expect(missed.length).toBeLessThanOrEqual(tried * MAY_BE_MISSED)
  })

  it('every request to GitHub that the source can make is among them', () => {
    expect(neverPassed(requestsWritten())).toEqual([])
  })

  it('every statement in the source that writes is among them', () => {
    expect(neverPassed(statementsWritten())).toEqual([])
  })

  it('no exception is made of what is gone', () => {
    const written = [...requestsWritten(), ...statementsWritten()]
    expect(EXCEPTIONS.filter((exception) => !written.some((each) => isOf(exception, each)))).toEqual([])
  })

  const isOf = ({ file, text }: (typeof EXCEPTIONS)[number], written: Written) =>
    written.file === file && written.text.startsWith(text)
  const isPassed = ({ pattern }: Written) => passed.some(({ texts }) => texts.some((text) => pattern.test(text)))

  const neverPassed = (written: readonly Written[]) =>
    written
      .filter((each) => !isPassed(each))
      .filter((each) => !EXCEPTIONS.some((exception) => isOf(exception, each)))
      .map(({ file, text }) => `${file}: ${text}`)
})
