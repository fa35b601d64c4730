import type { RulePage } from './example.ts'

export const packagePages: Record<string, RulePage> = {}
