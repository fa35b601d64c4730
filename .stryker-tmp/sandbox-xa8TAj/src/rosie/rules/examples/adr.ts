// @ts-nocheck
import type { RulePage } from './example.ts'

export const adrPages: Record<string, RulePage> = {}
