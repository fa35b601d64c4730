/** Signed test evidence, one file for each question: its signature, its claims, its state, what is missing, its history. */
// @ts-nocheck

import { expired, failed, future, missingClaim, unknownSpec } from './evidence-claims.ts'
import { changed, removed } from './evidence-history.ts'
import { missing, secondSignature } from './evidence-missing.ts'
import { algorithm, invalidSignature, malformed, untrusted } from './evidence-signature.ts'
import { commitUnavailable, stale, stateMismatch } from './evidence-state.ts'
import type { Rule } from './rule.ts'

export const evidenceRules: readonly Rule[] = [
  malformed,
  algorithm,
  invalidSignature,
  untrusted,
  missingClaim,
  unknownSpec,
  failed,
  future,
  expired,
  stateMismatch,
  commitUnavailable,
  stale,
  changed,
  removed,
  missing,
  secondSignature,
]
