// @ts-nocheck
import type { RulePage } from './example.ts'

export const vendorPages: Record<string, RulePage> = {}
