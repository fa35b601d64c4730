import type { RulePage } from './example.ts'

export const annotationPages: Record<string, RulePage> = {}
