// @ts-nocheck
import type { RulePage } from './example.ts'

export const tracePages: Record<string, RulePage> = {}
