import type { RulePage } from './example.ts'

export const evidencePages: Record<string, RulePage> = {}
