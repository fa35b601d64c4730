// @ts-nocheck
import type { RulePage } from './example.ts'

export const riskPages: Record<string, RulePage> = {}
