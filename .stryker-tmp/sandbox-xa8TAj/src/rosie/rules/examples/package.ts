/** Packages of the sample record: installed on the clinic's server, and shown to be. */
// @ts-nocheck

import { createHash } from 'node:crypto'
import type { ExampleFiles, RulePage, Signed } from './example.ts'
import { lines, SAMPLE_COMMIT, SAMPLE_STATE } from './sample.ts'

const PACKAGE = '.gxp/evidence/packages/IQ-SPEC-001-001-2026-02-05T14-30-00-000Z'
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

/** What an IQ package of the sample holds besides manifest and signature. */
const FILES: Record<string, string> = {
  'artifacts/dependency-tree.json': json({ name: 'dosing-calculator', dependencies: { jose: '6.1.3' } }),
  'artifacts/health-check.json': json({ status: 'ok', checks: { database: 'connected' } }),
  'artifacts/test-results.json': json({ tool: 'vitest', version: '3.0.0', passed: 4, failed: 0, skipped: 0 }),
  'environment.json': json({ node_version: 'v20.11.0', platform: 'linux' }),
  'metadata.json': json({
    package_id: 'PKG-IQ-SPEC-001-001-1770301800000',
    spec_id: 'SPEC-001-001',
    tier: 'IQ',
    traced_user_story: 'US-001-001',
    system_state_hash: `sha256:${SAMPLE_STATE.plain}`,
    git_commit: SAMPLE_COMMIT,
    created_at: '2026-02-05T14:30:00Z',
  }),
  'test-output.log': lines('4 passed'),
}

/** Some of the files changed, or left out (null). */
const filesBut = (changes: Record<string, string | null>): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...FILES, ...changes }).flatMap(([path, text]) => (text === null ? [] : [[path, text]])),
  )

function manifestOf(files: Record<string, string>, changes: Record<string, unknown> = {}): string {
  const entries = Object.entries(files).map(([path, text]) => ({
    path,
    sha256: createHash('sha256').update(text).digest('hex'),
    size_bytes: Buffer.byteLength(text),
  }))
  const total = entries.reduce((sum, { size_bytes }) => sum + size_bytes, 0)
  return json({
    spec_id: 'SPEC-001-001',
    tier: 'IQ',
    files: entries,
    total_size_bytes: total,
    file_count: entries.length,
    ...changes,
  })
}

/** A signed package; `there`: the files that lie in it, where these are others than the listed ones. */
function packageOf(
  listed = FILES,
  there = listed,
  directory = PACKAGE,
  changes: Record<string, unknown> = {},
): ExampleFiles {
  const manifest = `${directory}/manifest.json`
  const signature: Signed = { claims: {}, over: manifest }
  return {
    ...Object.fromEntries(Object.entries(there).map(([path, text]) => [`${directory}/${path}`, text])),
    [manifest]: manifestOf(listed, changes),
    [`${directory}/signature.jws`]: signature,
  }
}

const clause = 'RFC-001, "Evidence packages"; 21 CFR 11.10(a), 11.70'

export const packagePages: Record<string, RulePage> = {
  'evidence/package-incomplete': {
    clause,
    why: "The manifest says which files make up a package and what is in them; its signature says who stands for that. Without either, the files could be anyone's. Restore what is missing from history, or make a new package.",
    bad: { ...packageOf(), [`${PACKAGE}/signature.jws`]: null },
    good: packageOf(),
  },
  'evidence/package-missing-file': {
    clause,
    why: 'A file that was signed and is gone may be the one that an inspector asks for. Restore it as it was, or make a new package: a manifest is not edited to match what is left.',
    bad: packageOf(FILES, filesBut({ 'artifacts/health-check.json': null })),
    good: packageOf(),
  },
  'evidence/package-tampered': {
    clause,
    why: "Evidence is immutable. A file whose hash is not the listed one was changed after signing, be it by hand or by a tool that converts line ends; the result of the test can't be believed then. Restore the signed file, and keep git from converting it (`.gxp/evidence/** -text` in `.gitattributes`).",
    bad: packageOf(FILES, filesBut({ 'test-output.log': lines('5 passed') })),
    good: packageOf(),
  },
  'evidence/package-unlisted-file': {
    clause,
    why: 'Whoever reads the package takes all its files for signed. A file that the manifest does not list was added later, or forgotten. Remove it, or make a new package that lists it.',
    bad: packageOf(FILES, filesBut({ 'artifacts/notes.txt': lines('all good') })),
    good: packageOf(filesBut({ 'artifacts/notes.txt': lines('all good') })),
  },
  'evidence/package-totals': {
    clause,
    why: 'The counts let a reader see at once that a copy of the package is whole. Where they are not what the files have, the tool that wrote the manifest is at fault, or somebody edited it. Make the package again.',
    bad: packageOf(FILES, FILES, PACKAGE, { file_count: 7 }),
    good: packageOf(),
  },
  'evidence/package-name': {
    clause,
    why: "The directory's name is how people find a package: tier, specification and time. A name that its metadata contradicts misleads them. Name the directory by the standard's pattern when the package is made.",
    bad: packageOf(FILES, FILES, '.gxp/evidence/packages/OQ-SPEC-001-001-2026-02-05T14-30-00-000Z'),
    good: packageOf(),
  },
  'evidence/package-tier-content': {
    clause: `${clause}; "Verification tiers"`,
    why: 'Each tier shows something of its own: an installation its dependencies and health, an operation its coverage, a performance its screenshots and traces. Without these the package does not show what its tier is about. Make a new package that has them.',
    bad: packageOf(filesBut({ 'artifacts/health-check.json': null })),
    good: packageOf(),
  },
}
