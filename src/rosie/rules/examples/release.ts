import type { RulePage } from './example.ts'

export const releasePages: Record<string, RulePage> = {}
