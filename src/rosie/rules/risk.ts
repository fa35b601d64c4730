import type { Rule } from './rule.ts'

export const riskRules: readonly Rule[] = []
