/** Writes docs/mutation.md from a run of Stryker: the score of each part of the standard. */
import { readFile, writeFile } from 'node:fs/promises'
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin'

const PAGE = 'docs/mutation.md'
const WHOLE = 'src/rosie'
/** What people wrote: it stays. */
const WRITTEN = '\n## '
/** Parts that are given a row each; what lies directly in the whole is one more. */
const PARTS = ['parse/comments', 'parse', 'package', 'rules/trace', 'rules']

const ALL = ''

const page = (rows, date, node) => `# Mutation testing

Does a test fail when a condition of the standard is changed? Stryker changes \`${WHOLE}\` in one place at a time (a condition
turned, a boundary moved, a call left out), and runs the tests of \`test/rosie\` that reach the place, 500 at most. A mutant is found when
one of them fails or no longer ends; one that survives shows what no test says, or a change that makes no difference.

\`npm run mutation\` wrote this page on ${date} (Node ${node}). What is left out: texts, regular expressions, object
literals and what runs only once, when a module is loaded, are not changed; the pages' examples and the types are no code
under test; properties, the corpus and tests of size are not run, so that the score is no higher than that of the whole
suite.

| part | mutants | found by a failing test | by running on | survived | not reached | score |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.join('\n')}
`

function row(name, mutants) {
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length
  const found = count('Killed') + count('Timeout')
  const missed = count('Survived') + count('NoCoverage')
  const score = found + missed === 0 ? '–' : `${((found * 100) / (found + missed)).toFixed(1)} %`
  const numbers = [found + missed, count('Killed'), count('Timeout'), count('Survived'), count('NoCoverage')]
  return `| ${[name, ...numbers.map((number) => number.toLocaleString('en')), score].join(' | ')} |`
}

function partOf(file) {
  const part = PARTS.find((each) => file.includes(`${WHOLE}/${each}/`))
  return part ? `\`${part}/\`` : 'directly there'
}

/** Only a run over everything is worth a page: `--mutate` narrows it down. */
function pageReporter(options) {
  return {
    async onMutationTestReportReady({ files }) {
      if (!options.mutate.includes(`${WHOLE}/**/*.ts`)) return
      const entries = Object.entries(files)
      const mutantsOf = (part) =>
        entries.flatMap(([file, { mutants }]) => (part === ALL || partOf(file) === part ? mutants : []))
      const parts = [...new Set(entries.map(([file]) => partOf(file)))].sort()
      const rows = [...parts.map((part) => row(part, mutantsOf(part))), row('**all**', mutantsOf(ALL))]
      const before = await readFile(PAGE, 'utf8').catch(() => '')
      const written = before.includes(WRITTEN) ? before.slice(before.indexOf(WRITTEN)) : ''
      await writeFile(PAGE, page(rows, new Date().toISOString().slice(0, 10), process.versions.node) + written)
    },
  }
}
pageReporter.inject = ['options']

export const strykerPlugins = [declareFactoryPlugin(PluginKind.Reporter, 'page', pageReporter)]
