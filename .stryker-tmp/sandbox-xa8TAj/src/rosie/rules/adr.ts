// @ts-nocheck
import type { Rule } from './rule.ts'

export const adrRules: readonly Rule[] = []
