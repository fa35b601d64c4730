// @ts-nocheck
import type { RulePage } from './example.ts'

export const policyPages: Record<string, RulePage> = {}
