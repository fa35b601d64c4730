/**
 * What evidence must say to show anything, and what it may say but must then say readably. RFC-001, "Evidence"; RFC 7519,
 * sections 4.1.4 and 4.1.6 (`exp`, `iat`).
 */

import { isNumericDate } from './dates.ts'
import { remembered } from './memo.ts'
import { type Json, TIERS } from './model.ts'
import type { TestEvidence } from './test-evidence.ts'

/** A claim that is missing or says nothing. */
export interface ClaimFault {
  /** What the claim is called in this form of evidence. */
  name: string
  /** It is there, with a value that says nothing. */
  there: boolean
  /** What would be right. */
  right: string
}

interface Claim {
  names: readonly string[]
  /** Whether what is said, or not said, will do. */
  said(each: TestEvidence): boolean
  right: string
}

const isText = (value: Json | undefined): boolean => typeof value === 'string' && value.trim() !== ''
export const isAbsent = (value: Json | undefined): boolean => value === undefined || value === null

/** The oldest records' word for the state fixes no content, and is accepted in place of the hash. */
export const isOldForm = ({ claims }: Pick<TestEvidence, 'claims'>): boolean =>
  isAbsent(claims.system_state_hash) && isText(claims.system_state)

const TIER: Claim = {
  names: ['tier', 'verification_tier'],
  said: ({ claims, form }) => {
    const said = (form === 'package' ? claims.tier : null) ?? claims.verification_tier
    return isAbsent(said) || TIERS.some((tier) => tier === said)
  },
  right: TIERS.join(', ').replace(/, (\w+)$/, ' or $1'),
}

/** `created_at` is what a package's metadata calls its time. */
const CLAIMS: readonly Claim[] = [
  { names: ['spec_id'], said: ({ specId }) => isText(specId), right: 'the id of the specification that was tested' },
  {
    names: ['system_state_hash', 'system_state'],
    said: (each) => each.stateHash !== null || isOldForm(each),
    right: 'a SHA-256 of the source, 64 hex digits',
  },
  { names: ['test_results'], said: ({ results }) => results !== null, right: 'the numbers of passed and failed tests' },
  {
    names: ['timestamp', 'created_at'],
    said: ({ time }) => time !== null,
    right: 'a time in UTC, as in 2026-02-05T10:00:00Z',
  },
  TIER,
  {
    // A text that is no commit id is told as a commit that isn't there.
    names: ['git_commit'],
    said: ({ claims }) => isAbsent(claims.git_commit) || typeof claims.git_commit === 'string',
    right: 'the id of a commit, as text',
  },
  ...['iat', 'exp'].map(
    (name): Claim => ({
      names: [name],
      said: ({ claims }) => isAbsent(claims[name]) || isNumericDate(claims[name]),
      right: 'a number of seconds (not milliseconds) since 1970',
    }),
  ),
]

/** What one evidence lacks, or says in a way that says nothing. */
export const claimFaults = remembered((each: TestEvidence): readonly ClaimFault[] => {
  return CLAIMS.filter(({ said }) => !said(each)).map(({ names, right }) => {
    const there = names.some((known) => !isAbsent(each.claims[known]))
    return { name: nameIn(each, names), there, right }
  })
})

/** Whether it names a tier that is none: it is then of no tier at all, not even of its specification's. */
export const hasUnknownTier = (each: TestEvidence): boolean => !TIER.said(each)

function nameIn({ form, claims }: TestEvidence, names: readonly string[]): string {
  const [first = '', second = ''] = names
  if (names === TIER.names) return form === 'package' && !isAbsent(claims.tier) ? first : second
  return form === 'package' && names.includes('created_at') ? second : first
}
