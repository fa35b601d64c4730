/**
 * The protocol by which an evidence package is verified, in its order: manifest and signature are there, the one signs
 * the other, each listed file is there with its SHA-256, nothing else is; then counts, the directory's name, and what the
 * tier must contain. All that fails is told, each cause once. RFC-001, "Evidence packages".
 */
// @ts-nocheck

import { SIGNATURE_NAMES } from '../classify.ts'
import type { Place } from '../model.ts'
import { missingContent, nameFault } from './content.ts'
import { type ListedFile, listedFiles } from './listing.ts'
import { isUnread, type PackageParts } from './parts.ts'
import { shownPath } from './paths.ts'
import { totalFaults } from './totals.ts'

export const PACKAGE_STEPS = [
  'incomplete',
  'missing-file',
  'tampered',
  'unlisted-file',
  'totals',
  'name',
  'tier-content',
] as const
export type PackageStep = (typeof PACKAGE_STEPS)[number]

export interface PackageFault {
  step: PackageStep
  place: Place
  /** What is wrong and what would be right. */
  message: string
  /** What makes it another than one of the same step and file. */
  detail: string
}

/** Steps whose failure makes a package invalid; the others are about what it holds, not about whether it was altered. */
export const FATAL_STEPS: readonly PackageStep[] = ['incomplete', 'missing-file', 'tampered', 'unlisted-file']

export function* checkPackage(parts: PackageParts): Generator<PackageFault> {
  yield* checkPresence(parts)
  yield* checkSignedText(parts)
  const { manifest } = parts
  const { entries } = manifest?.content ?? {}
  if (manifest && entries) {
    const listed = listedFiles(parts, entries)
    yield* checkFiles(manifest.path, listed)
    yield* checkUnlisted(parts, listed)
    for (const { line, message, detail } of totalFaults(manifest.content, listed))
      yield { step: 'totals', place: { path: manifest.path, line }, message, detail }
    yield* checkContent(parts, manifest.path, listed)
  }
  const named = nameFault(parts)
  if (named) yield { step: 'name', place: named.place ?? anyPlace(parts), message: named.message, detail: '' }
}

/** Where a fault of the package as a whole is shown: its manifest, else another file of it that is there. */
function anyPlace({ path, manifest, signature, metadata }: PackageParts): Place {
  return { path: (manifest ?? signature ?? metadata)?.path ?? path, line: 1 }
}

function* checkPresence(parts: PackageParts): Generator<PackageFault> {
  const { manifest, signature, metadata } = parts
  const incomplete = (place: Place, message: string, detail = message) =>
    ({ step: 'incomplete', place, message, detail }) as const
  if (!manifest)
    yield incomplete(
      anyPlace(parts),
      'This package has no `manifest.json`, so nothing says which files belong to it. A package is never changed once it is signed: restore the file, or make a new package.',
    )
  if (!signature)
    yield incomplete(
      anyPlace(parts),
      'This package has no signature, so nobody stands for it. Sign its `manifest.json` as `signature.jws` beside it.',
    )
  for (const part of [manifest, metadata]) {
    for (const { cause, message, ...span } of part?.content.problems ?? [])
      if (part && cause === 'package') yield incomplete({ path: part.path, ...span }, message)
  }
  for (const { path, sha256, line } of manifest?.content.entries ?? []) {
    if (!manifest || sha256 !== null) continue
    const expected = '64 hex digits, as `sha256` or as `hash: "sha256:…"`'
    const message = `The manifest gives no SHA-256 for \`${shownPath(path)}\`: ${expected}.`
    yield incomplete({ path: manifest.path, line }, message, path)
  }
}

/** A signature that is well made, but over another manifest. Whether it is well made is for the evidence rules to say. */
function* checkSignedText({ manifest, signature }: PackageParts): Generator<PackageFault> {
  const signed = signature?.content.payload
  if (!manifest || !signature || !signed || isUnread(manifest)) return
  const { sha256, canonical } = manifest.content
  if (signed.sha256 === sha256 || (canonical !== null && signed.canonical === canonical)) return
  const message =
    'What is signed here is not the `manifest.json` beside it: one of the two was replaced or edited after signing.'
  yield { step: 'tampered', place: { path: signature.path, line: 1 }, message, detail: 'manifest' }
}

function* checkFiles(manifest: string, listed: readonly ListedFile[]): Generator<PackageFault> {
  for (const { entry, state, file, found, fault } of listed) {
    const { path, sha256, line } = entry
    if (fault) yield { step: 'missing-file', place: { path: manifest, line }, message: fault, detail: path }
    if (state !== 'tampered' || !file || !found) continue
    const message = `This file is not the one that was signed: its SHA-256 is ${found.sha256}, the manifest says ${sha256}.`
    yield { step: 'tampered', place: { path: file.path, line: 1 }, message, detail: '' }
  }
}

function* checkUnlisted({ files, signature }: PackageParts, listed: readonly ListedFile[]): Generator<PackageFault> {
  const names = new Set(listed.map(({ entry }) => entry.path))
  for (const [name, { path, content }] of files) {
    // Git keeps no empty directory, so an empty `.gitkeep` stands for one.
    const keeps = /(?:^|\/)\.gitkeep$/.test(name) && content?.kind === 'package_file' && content.size === 0
    if (names.has(name) || name === 'manifest.json' || path === signature?.path || keeps) continue
    const message = SIGNATURE_NAMES.includes(name)
      ? `This package is signed by \`${SIGNATURE_NAMES[0]}\`; a second signature beside it is neither listed nor checked. Remove it.`
      : 'This file is not listed in the manifest of its package, so nobody signed it. Remove it, or make a new package with it.'
    yield { step: 'unlisted-file', place: { path, line: 1 }, message, detail: '' }
  }
}

function* checkContent(parts: PackageParts, manifest: string, listed: readonly ListedFile[]): Generator<PackageFault> {
  const names = listed.map(({ entry }) => entry.path)
  for (const name of missingContent(parts, names)) {
    const what = name.endsWith('/') ? 'directory' : 'file'
    const message = `This package has no ${what} \`${name}\`, which the standard demands of its tier. Make a new package with it.`
    yield { step: 'tier-content', place: { path: manifest, line: 1 }, message, detail: name }
  }
}
