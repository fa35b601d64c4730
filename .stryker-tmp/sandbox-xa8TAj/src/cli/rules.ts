/** `rosie-guard rules [ID]`: what a scan can find, and one rule in full. */
// @ts-nocheck

import type { Command } from 'commander'
import { closest } from '../rosie/ids.ts'
import { RULE_PAGES } from '../rosie/rules/examples/index.ts'
import { RULES } from '../rosie/rules/index.ts'
import { rulePage } from '../rosie/rules/page.ts'
import type { Terminal } from './program.ts'

const HELP = `
Examples:
  rosie-guard rules
  rosie-guard rules trace/cycle
  rosie-guard rules --json`

export function addRules(program: Command, io: Terminal): void {
  program
    .command('rules')
    .description('list what a scan can find, or explain one rule with a bad and a good example')
    .argument('[id]', 'the rule to explain')
    .option('--json', 'print as JSON')
    .addHelpText('after', HELP)
    .action((id: string | undefined, { json = false }: { json?: boolean }) => {
      const chosen = id === undefined ? RULES : [ruleOf(id)]
      if (json) return io.out(`${JSON.stringify(chosen.map(describe), null, 2)}\n`)
      const [only] = chosen
      io.out(id !== undefined && only ? rulePage(only) : `${RULES.map(line).join('\n')}\n`)
    })
}

function ruleOf(id: string) {
  const rule = RULES.find((known) => known.id === id)
  if (rule) return rule
  const ids = RULES.map((known) => known.id)
  const near = closest(id, ids) ?? ids.find((known) => known.endsWith(`/${id}`))
  throw new Error(`There is no rule ${id}.${near ? ` Did you mean ${near}?` : ''} "rosie-guard rules" lists them.`)
}

const WIDTH = Math.max(...RULES.map(({ id }) => id.length))

const line = ({ id, severity, about }: (typeof RULES)[number]) => `${id.padEnd(WIDTH)}  ${severity.padEnd(7)}  ${about}`

function describe({ id, severity, about }: (typeof RULES)[number]) {
  const { clause = null, why = null } = RULE_PAGES[id] ?? {}
  return { id, severity, about, why, clause }
}
