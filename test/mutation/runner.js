/**
 * Runs the tests of the standard (test/rosie) in one process for Stryker. Its Jest runner loads every module anew for each
 * mutant, about a second a test file; here they are loaded once, and each mutant runs the tests that reach it until one fails.
 * The tests are collected by jest-circus itself and use Jest's own `expect`.
 */
import { readdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin'
import { determineHitLimitReached, toMutantRunResult } from '@stryker-mutator/api/test-runner'
import { expect } from 'expect'
import { afterAll, beforeAll, describe, getState, it, test } from 'jest-circus'

const TESTS = 'test/rosie'
/** Tests of size and properties take seconds each and say again what the others say; the corpus may be absent. */
const LEFT_OUT =
  /propert|corpus|a history of|never lowers|thousand|million|megabyte|\d0,000|in time|in number|than a function takes/i
/**
 * Of the tests that reach a mutant, those that are asked: first whatever has found mutants of the same file before, then the
 * suite of the same name, then each suite in turn, its quickest first. What nearly every test reaches would take half a minute to
 * survive.
 */
const MOST_ASKED = 500
/** A mutant that is passed five times as often as without it goes round in circles; Stryker waits for a hundred times. */
const MORE_HITS = 5 / 100

class InProcessTestRunner {
  #tests = []
  /** How often a test has killed a mutant of a file: such a test is asked first for the next mutant of that file. */
  #kills = new Map()

  /**
   * Of a mutant that is passed while a module is loaded, too, only what it does afterwards is tested: nothing is loaded anew.
   * Said otherwise, Stryker would start a process for each of these, 4 s for one mutant.
   */
  capabilities() {
    return { reloadEnvironment: true }
  }

  async dryRun() {
    await this.#load()
    return this.#run(this.#tests, { disableBail: true })
  }

  async mutantRun({ activeMutant, testFilter, disableBail, hitLimit }) {
    const stryker = strykerNamespace()
    await this.#load()
    const mostHits = hitLimit && Math.max(1_000, hitLimit * MORE_HITS)
    Object.assign(stryker, { activeMutant: activeMutant.id, hitCount: hitLimit && 0, hitLimit: mostHits })
    try {
      const kills = this.#killsOf(activeMutant.fileName)
      const tests = this.#ordered(testFilter, kills, activeMutant.fileName)
      const run = await this.#run(tests, { disableBail, stryker })
      for (const { id, status } of run.tests ?? []) if (status === 1) kills.set(id, (kills.get(id) ?? 0) + 1)
      return toMutantRunResult(run, disableBail)
    } finally {
      stryker.activeMutant = undefined
    }
  }

  async #load() {
    if (this.#tests.length > 0) return
    Object.assign(globalThis, { afterAll, beforeAll, describe, expect, it, test })
    const { rootDescribeBlock } = getState()
    for (const file of testFiles()) {
      const before = rootDescribeBlock.children.length
      const hooks = rootDescribeBlock.hooks.length
      await import(pathToFileURL(file).href)
      for (const hook of rootDescribeBlock.hooks.slice(hooks)) if (hook.type === 'beforeAll') await hook.fn()
      for (const child of rootDescribeBlock.children.slice(before))
        await this.#collect(child, [relative('.', file)], file)
    }
  }

  async #collect(node, names, file) {
    if (node.mode === 'skip') return
    const path = [...names, String(node.name)]
    if (node.type === 'test') {
      const name = path.join(' > ')
      if (LEFT_OUT.test(name)) return
      const same = this.#tests.filter((each) => each.name === name || each.name.startsWith(`${name} #`)).length
      const id = same ? `${name} #${same + 1}` : name
      this.#tests.push({ id, name: id, fileName: file, run: node.fn, took: 0 })
      return
    }
    for (const hook of node.hooks) if (hook.type === 'beforeAll') await hook.fn()
    for (const child of node.children) await this.#collect(child, path, file)
  }

  #killsOf(file) {
    const kills = this.#kills.get(file) ?? new Map()
    this.#kills.set(file, kills)
    return kills
  }

  #ordered(testFilter, kills, fileName) {
    const wanted = testFilter && new Set(testFilter)
    const tests = wanted ? this.#tests.filter(({ id }) => wanted.has(id)) : [...this.#tests]
    const named = basename(fileName, '.ts')
    const turns = turnsOf(tests)
    const rank = ({ id, fileName }) => [
      -(kills.get(id) ?? 0),
      basename(fileName, '.test.ts') === named ? 0 : turns.get(id),
    ]
    const ranks = new Map(tests.map((each) => [each.id, rank(each)]))
    tests.sort((a, b) => {
      const [[killsA, turnA], [killsB, turnB]] = [ranks.get(a.id), ranks.get(b.id)]
      return killsA - killsB || turnA - turnB || a.took - b.took
    })
    return tests.slice(0, MOST_ASKED)
  }

  async #run(tests, { disableBail, stryker = strykerNamespace() }) {
    const results = []
    for (const each of tests) {
      stryker.currentTestId = each.id
      const begun = performance.now()
      const failureMessage = await failureOf(each.run)
      each.took = performance.now() - begun
      const { id, name, fileName } = each
      const timeSpentMs = Math.round(each.took)
      results.push({
        id,
        name,
        fileName,
        timeSpentMs,
        ...(failureMessage ? { status: 1, failureMessage } : { status: 0 }),
      })
      const timeout = determineHitLimitReached(stryker.hitCount, stryker.hitLimit)
      if (timeout) return timeout
      if (failureMessage && !disableBail) break
    }
    stryker.currentTestId = undefined
    return { status: 'complete', tests: results, mutantCoverage: stryker.mutantCoverage }
  }
}

const strykerNamespace = () => {
  globalThis.__stryker__ ??= {}
  return globalThis.__stryker__
}

/** By id: 1 for the quickest test of its suite, 2 for the next. */
function turnsOf(tests) {
  const turns = new Map()
  const asked = new Map()
  for (const { id, fileName } of tests.toSorted((a, b) => a.took - b.took)) {
    const turn = (asked.get(fileName) ?? 0) + 1
    asked.set(fileName, turn)
    turns.set(id, turn)
  }
  return turns
}

const testFiles = () =>
  readdirSync(TESTS, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => join(process.cwd(), TESTS, name))

const failureOf = async (run) => {
  try {
    await run()
    return undefined
  } catch (error) {
    return String(error?.message ?? error) || 'failed'
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessTestRunner)]
