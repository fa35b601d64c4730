/** What a package is called and what it must hold, by its tier. RFC-001, "Evidence packages", "Verification tiers". */
// @ts-nocheck

import { kindOfId } from '../ids.ts'
import { type Place, TIERS, type Tier } from '../model.ts'
import type { PackageParts } from './parts.ts'
import { shownPath } from './paths.ts'

const COMMON = ['metadata.json', 'environment.json', 'test-output.log', 'artifacts/test-results.json']
/** A name that ends with a slash is a directory with at least one file. `configuration/` may be empty, so git lacks it. */
const BY_TIER: Record<Tier, readonly string[]> = {
  IQ: ['artifacts/dependency-tree.json', 'artifacts/health-check.json'],
  OQ: ['artifacts/coverage-report.json'],
  PQ: ['screenshots/', 'traces/'],
}

/** What the package must hold by its tier and has neither among its files nor in its manifest. */
export function missingContent(parts: PackageParts, listed: Iterable<string>): string[] {
  const tier = tierOf(parts)
  const has = new Set<string>()
  for (const names of [parts.files.keys(), listed]) {
    for (const name of names) has.add(name).add(name.slice(0, name.indexOf('/') + 1))
  }
  return [...COMMON, ...(tier ? BY_TIER[tier] : [])].filter((name) => !has.has(name))
}

/** As its metadata says, else its name. */
const tierOf = (parts: PackageParts): Tier | null => parts.metadata?.content.tier ?? readName(parts)?.tier ?? null

/** Days and instants as generators write them: `2026-02-05T14-30-00-000Z`, `20260205T143000Z`, seconds or ms since 1970. */
const DAY = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])|\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])`
const TIMESTAMP = new RegExp(String.raw`-(?:(?:${DAY})(?:[T_-][\d.:+-]{4,16}Z?)?|\d{10}|\d{13})$`)

/** The parts of `{TIER}-{SPEC}-{TIMESTAMP}`; null when it is none. */
function readName({ path }: PackageParts): { tier: Tier; specId: string } | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const tier = TIERS.find((each) => name.startsWith(`${each}-`))
  const timestamp = TIMESTAMP.exec(name)
  if (!tier || !timestamp) return null
  const specId = name.slice(tier.length + 1, timestamp.index)
  return kindOfId(specId) === 'specification' ? { tier, specId } : null
}

/** What is wrong with the directory's name, and where that is seen: at the metadata's claim that it contradicts. */
export function nameFault(parts: PackageParts): { message: string; place: Place | null } | null {
  const { path, metadata } = parts
  const shown = `\`${shownPath(path.slice(path.lastIndexOf('/') + 1))}\``
  const named = readName(parts)
  if (!named) {
    const expected = '`{TIER}-{SPEC}-{TIMESTAMP}`, as in `OQ-SPEC-001-001-2026-02-05T14-30-00-000Z`'
    return { message: `The package's directory is called ${shown}; the standard's name is ${expected}.`, place: null }
  }
  if (!metadata) return null
  const { tier, specId, lines } = metadata.content
  const at = (...claims: string[]): Place => ({
    path: metadata.path,
    line: claims.map((claim) => lines[claim]).find((line) => line !== undefined) ?? 1,
  })
  const contradicts = (claim: string, said: string) =>
    `The directory is called ${shown}, but its metadata says ${claim} ${said}. One of the two is wrong: the package may have been renamed or copied.`
  if (tier && tier !== named.tier) return { message: contradicts('tier', tier), place: at('tier', 'verification_tier') }
  if (specId && specId !== named.specId)
    return { message: contradicts('specification', shownPath(specId)), place: at('spec_id') }
  return null
}
