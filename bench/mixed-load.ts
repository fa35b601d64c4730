/** People at work, at random from a seed: the same wishes for the same seed, at moments that the machine decides. */
import { setTimeout as sleep } from 'node:timers/promises'
import { randomNumbers } from '../test/support/github/faults.ts'
import type { People, Place } from '../test/support/people.ts'

interface Person {
  people: People
  place: Place
  next: () => number
}

/** What somebody does, and how often beside the others. It answers false where there is nothing to do it with. */
const ACTS: Record<string, { weight: number; act: (person: Person) => Promise<unknown> }> = {
  'push to the default branch': {
    weight: 5,
    act: ({ people, place, next }) => people.push(place, 'main', state(next)),
  },
  'push to a branch': {
    weight: 7,
    act: (person) => person.people.push(person.place, branchOf(person), state(person.next)),
  },
  'push of 60 to 120 errors': {
    weight: 1,
    act: (person) =>
      person.people.push(person.place, branchOf(person), { stories: 60 + Math.floor(person.next() * 61) }),
  },
  'burst of pushes': {
    weight: 2,
    act: async (person) => {
      const branch = person.next() < 0.5 ? 'main' : branchOf(person)
      for (let count = 3 + Math.floor(person.next() * 8); count > 0; count--)
        await person.people.push(person.place, branch, state(person.next))
    },
  },
  'branch pushed back': {
    weight: 2,
    act: (person) => person.people.back(person.place, person.next() < 0.3 ? 'main' : branchOf(person)),
  },
  'branch deleted': {
    weight: 1,
    act: async (person) => {
      const branch = pick(
        person,
        [...person.place.branches.keys()].filter((name) => !hasPull(person.place, name)),
      )
      return branch !== undefined && branch !== 'main' && person.people.deleteBranch(person.place, branch)
    },
  },
  'pull request opened': {
    weight: 4,
    act: async (person) => {
      const branch = pick(
        person,
        [...person.place.branches.keys()].filter((name) => !hasPull(person.place, name)),
      )
      return branch !== undefined && branch !== 'main' && person.people.openPull(person.place, branch)
    },
  },
  'pull request closed': {
    weight: 1,
    act: async (person) => {
      const pull = pick(
        person,
        person.place.repository.pulls.filter(({ open }) => open),
      )
      return pull !== undefined && person.place.repository.closePull(pull)
    },
  },
  're-run': {
    weight: 2,
    act: async (person) => {
      const { repository, branches } = person.place
      const tips = [...branches.values()].flatMap((commits) => repository.checkRuns(commits.at(-1) ?? '').at(-1) ?? [])
      const check = pick(
        person,
        tips.filter(({ status }) => status === 'completed'),
      )
      return check !== undefined && person.people.rerequest(person.place, check)
    },
  },
}

/** Works in one repository until the time is over, one act after the other. `everyMs`: between two acts, on average. */
export async function work(
  people: People,
  place: Place,
  seed: number,
  everyMs: number,
  until: number,
  done: Map<string, number>,
) {
  const person: Person = { people, place, next: randomNumbers(seed) }
  while (Date.now() < until) {
    const name = drawn(person.next)
    const did = await ACTS[name]?.act(person)
    if (did !== false && did !== null) done.set(name, (done.get(name) ?? 0) + 1)
    await sleep(Math.min(everyMs * 5, -Math.log(1 - person.next()) * everyMs))
  }
}

function drawn(next: () => number): string {
  const total = Object.values(ACTS).reduce((sum, { weight }) => sum + weight, 0)
  let left = next() * total
  for (const [name, { weight }] of Object.entries(ACTS)) {
    left -= weight
    if (left < 0) return name
  }
  return 'push to a branch'
}

const state = (next: () => number) => ({ broken: next() < 0.5 })

/** A branch that there is, or a new one. */
const branchOf = (person: Person): string => {
  const known = [...person.place.branches.keys()].filter((name) => name !== 'main')
  const name = `change-${person.place.states.size}`
  return known.length > 0 && person.next() < 0.6 ? (pick(person, known) ?? name) : name
}

const pick = <T>({ next }: Person, from: readonly T[]): T | undefined => from[Math.floor(next() * from.length)]

const hasPull = ({ repository }: Place, branch: string) =>
  repository.pulls.some(({ open, head }) => open && head.ref === branch)
