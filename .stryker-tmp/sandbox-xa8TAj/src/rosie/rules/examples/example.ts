/**
 * What a rule's page shows: where the rule comes from, why it matters, a bad and a good example. The examples are run as
 * tests, so each says what the rule really finds. They are changes to one small record (sample.ts), which is whole.
 */
// @ts-nocheck

import type { Json, SourceState } from '../../model.ts'
import type { Policy } from '../../policy.ts'

export interface RulePage {
  /** The clause it comes from: document and section, as in `RFC-001, "Traceability"`; 21 CFR Part 11; GxP.MD. */
  clause: string
  /** Two or three sentences: why it matters, and how to mend what it finds. */
  why: string
  /** What head and base have in common, put over the sample record. */
  both?: ExampleFiles
  /** What the base has, put over that; needed by rules that compare. Without it there is no base. */
  base?: ExampleFiles
  /** Settings of the policy in force that differ from the defaults. */
  policy?: Partial<Policy>
  /** The policy that the head would have: for rules about a change of the policy. */
  proposed?: Partial<Policy>
  /** No key is trusted. */
  noKeys?: true
  /** States by commit, instead of the sample's. */
  states?: Record<string, SourceState | null>
  /** What the head has: this makes the rule speak … */
  bad: ExampleFiles
  /** … and this does not. */
  good: ExampleFiles
}

/** By path; null: the file is not there. */
export type ExampleFiles = Record<string, ExampleFile>
export type ExampleFile = string | Signed | null

/** A JWS, made when the example is run: its page shows the claims. */
export interface Signed {
  claims: Record<string, Json>
  /** Whose key signs: the trusted one unless told. `both` makes a general JWS with two signatures. */
  by?: 'trusted' | 'second' | 'unknown' | 'both'
  /** The path of the file whose bytes it signs instead of the claims. */
  over?: string
}
