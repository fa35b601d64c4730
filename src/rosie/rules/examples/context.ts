import type { RulePage } from './example.ts'

export const contextPages: Record<string, RulePage> = {}
