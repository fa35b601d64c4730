/** People at work in repositories whose records are sound or broken, with a ledger of what must come of it. */
import { BROKEN, brokenStories, RECORD, SPECIFICATION, specification } from '../e2e/record.ts'
import type { Cluster } from './cluster.ts'
import type { CheckRun, Pull, Repository } from './github/index.ts'
import { Ledger } from './ledger.ts'

/** What a commit's record says. */
interface RecordState {
  broken: boolean
  /** Stories without their requirement. */
  stories: number
}

export interface Place {
  repository: Repository
  /** Where all branches begin, so that what they are compared with never changes. */
  root: string
  states: Map<string, RecordState>
  /** The commits that each branch has had, the newest last. */
  branches: Map<string, string[]>
}

export class People {
  readonly ledger = new Ledger()
  readonly #cluster: Cluster
  #versions = 0
  #places = 0

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** A new repository with a sound record, whose default branch was pushed. */
  async place(owner: string): Promise<Place> {
    this.#places += 1
    const repository = await this.#cluster.github.repository({ owner, name: `lab-${this.#places}`, from: RECORD })
    const root = await repository.tip('main')
    if (root === null) throw new Error('There is a first commit.')
    const place: Place = { repository, root, states: new Map(), branches: new Map([['main', [root]]]) }
    this.#know(place, root, { broken: false, stories: 0 })
    await repository.push('main', root)
    this.ledger.ask(repository, root, 'main')
    return place
  }

  /** A commit on a branch, new or not, pushed. Stories that are broken stay so. */
  async push(
    place: Place,
    branch: string,
    { broken = false, stories = 0 }: Partial<RecordState> = {},
  ): Promise<string> {
    const { repository, root, states } = place
    const parent = place.branches.get(branch)?.at(-1) ?? root
    const before = states.get(parent)?.stories ?? 0
    this.#versions += 1
    const change = specification('SPEC-001-001', broken ? 'US-001-009' : 'US-001-001', `Rate ${this.#versions}`)
    const files = { [SPECIFICATION]: change, ...(stories > before && brokenStories(stories)) }
    const sha = await repository.push(branch, files, { parent, force: true })
    this.#know(place, sha, { broken, stories: Math.max(before, stories) })
    this.#moved(place, branch, sha)
    return sha
  }

  /** The branch is moved back to the commit before; null where it has none. */
  async back(place: Place, branch: string): Promise<string | null> {
    const sha = place.branches.get(branch)?.at(-2)
    if (sha === undefined) return null
    await place.repository.push(branch, sha, { force: true })
    this.#moved(place, branch, sha)
    return sha
  }

  async deleteBranch(place: Place, branch: string): Promise<void> {
    place.branches.delete(branch)
    await place.repository.pushDeletion(branch)
  }

  openPull({ repository }: Place, branch: string): Promise<Pull> {
    return repository.openPull({ head: branch })
  }

  async rerequest({ repository }: Place, check: CheckRun): Promise<void> {
    this.ledger.ask(repository, check.headSha)
    await repository.rerequest(check)
  }

  #know({ repository, states }: Place, sha: string, state: RecordState): void {
    states.set(sha, state)
    this.ledger.commit(repository, sha, state.stories + (state.broken ? Object.keys(BROKEN).length : 0))
  }

  #moved({ repository, branches }: Place, branch: string, sha: string): void {
    const commits = (branches.get(branch) ?? []).filter((commit) => commit !== sha)
    branches.set(branch, [...commits, sha])
    this.ledger.ask(repository, sha, branch)
  }
}
