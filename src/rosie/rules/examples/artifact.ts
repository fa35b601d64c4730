import type { RulePage } from './example.ts'

export const artifactPages: Record<string, RulePage> = {}
