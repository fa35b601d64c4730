/** Release manifests: what a release rests on, signed. RFC-001, "Release manifest"; EU Annex 11, 15. */
import type { Json } from '../model.ts'
import type { ComplianceRecord, EvidenceFile } from '../record.ts'
import { readClaims } from '../test-evidence.ts'
import type { Hit, Rule } from './rule.ts'

const incomplete: Rule = {
  id: 'release/incomplete',
  severity: 'error',
  about:
    'A release manifest names evidence that is missing or invalid, or lacks `release_version`, `release_date`, `system_state_hash`, `evidence_summary` or `approver`. A notice once a newer one has a valid signature.',
  *check({ head }) {
    // What an invalid one says is nobody's word; that it is invalid is told as such.
    const manifests = head.evidence.filter(
      ({ content, verdict }) => content.form === 'release' && content.claims !== null && verdict.result !== 'invalid',
    )
    if (manifests.length === 0) return
    const newest = newestValid(manifests)
    const evidence = evidenceByName(head)
    for (const manifest of manifests) {
      const old = newest !== null && releasedAt(manifest) < newest
      for (const hit of faultsOf(manifest, evidence)) yield old ? { ...hit, severity: 'notice' } : hit
    }
  },
}

/** When it says it was released, ms since 1970; what says nothing is older than all that does. */
function releasedAt({ content }: EvidenceFile): number {
  const date = content.claims?.release_date
  const time = typeof date === 'string' && /^\d{4}-\d{2}-\d{2}/.test(date) ? Date.parse(date) : Number.NaN
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time
}

function newestValid(manifests: readonly EvidenceFile[]): number | null {
  const times = manifests.filter(({ verdict }) => verdict.result === 'valid').map(releasedAt)
  return times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b))
}

function* faultsOf({ path, content }: EvidenceFile, evidence: ReadonlyMap<string, Standing>): Generator<Hit> {
  const claims = content.claims ?? {}
  const at = { place: { path, line: 1 }, gxpId: content.gxpId }
  const lacking = REQUIRED.filter(({ said }) => !said(claims)).map(({ name }) => `\`${name}\``)
  if (lacking.length > 0) {
    yield { ...at, message: `The release manifest lacks ${lacking.join(', ')}.`, detail: `lacks ${lacking.join(' ')}` }
  }
  const told = new Set<string>()
  for (const entry of listOf(claims.evidence_summary)) {
    const names = namesIn(entry)
    const [name] = names
    if (name === undefined) {
      if (!told.has(''))
        yield {
          ...at,
          message:
            'An entry of `evidence_summary` names no evidence. Write its `gxp_id`, its path or the id of its package.',
          detail: 'nameless',
        }
      told.add('')
      continue
    }
    const message = told.has(name) ? null : faultOfNamed(name, names, evidence)
    told.add(name)
    if (message) yield { ...at, message, detail: name }
  }
}

function faultOfNamed(name: string, names: readonly string[], evidence: ReadonlyMap<string, Standing>): string | null {
  const found = names.flatMap((each) => evidence.get(canonicalName(each)) ?? [])
  if (found.length === 0) return `The release rests on the evidence ${name}, which is not in the record.`
  if (found.some((standing) => standing !== 'invalid')) return null
  return `The release rests on the evidence ${name}, which is invalid.`
}

interface Required {
  name: string
  said(claims: { [claim: string]: Json }): boolean
}

const REQUIRED: readonly Required[] = [
  { name: 'release_version', said: ({ release_version }) => isText(release_version) },
  { name: 'release_date', said: ({ release_date }) => isText(release_date) },
  {
    name: 'system_state_hash',
    said: (claims) => readClaims(claims).stateHash !== null || isText(claims.system_state),
  },
  { name: 'evidence_summary', said: ({ evidence_summary }) => listOf(evidence_summary).length > 0 },
  // A name, or an object that says who and in what role.
  { name: 'approver', said: ({ approver }) => isText(approver) || Object.keys(objectIn(approver)).length > 0 },
]

const isText = (value: Json | undefined): boolean => typeof value === 'string' && value.trim() !== ''
const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
const objectIn = (value: Json | undefined): { [member: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}

/** Members of an entry that name the evidence itself, the most telling first. */
const NAMING = ['gxp_id', 'evidence_id', 'package_id', 'id', 'path', 'file', 'evidence', 'package']

/** The names that an entry gives one evidence; its specification, where it gives nothing else. */
function namesIn(entry: Json): string[] {
  const text = (value: Json | undefined) => (typeof value === 'string' && value.trim() !== '' ? [value.trim()] : [])
  if (typeof entry === 'string') return text(entry)
  const members = objectIn(entry)
  const names = NAMING.flatMap((name) => text(members[name]))
  return names.length > 0 ? names : text(members.spec_id)
}

/** `told`: that it can't be verified is told elsewhere. The best, where several evidence files have one name. */
type Standing = 'valid' | 'told' | 'invalid'

/** Evidence by all that it may be called: its id, its specification, its package's id, its path or the end of it. */
function evidenceByName({ evidence, packages }: ComplianceRecord): Map<string, Standing> {
  const found = new Map<string, Standing>()
  const add = (names: readonly (Json | undefined)[], result: 'valid' | 'invalid' | 'untrusted') => {
    const standing = result === 'untrusted' ? 'told' : result
    for (const name of names) {
      if (typeof name !== 'string') continue
      const key = canonicalName(name)
      if ((found.get(key) ?? 'invalid') === 'invalid') found.set(key, standing)
    }
  }
  for (const { path, content, verdict } of evidence) {
    if (content.form === 'test') add([path, lastOf(path), content.gxpId, content.specId], verdict.result)
  }
  for (const { path, metadata, verdict } of packages) {
    const { claims = null, specId = null } = metadata?.content ?? {}
    add([path, lastOf(path), claims?.package_id, claims?.gxp_id, specId ?? undefined], verdict.result)
  }
  return found
}

const lastOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)

/** Paths are given from the root, from `.gxp/` or from `.gxp/evidence/`, with or without the ending. */
const canonicalName = (name: string): string =>
  name
    .trim()
    .replace(/^\/?(?:\.\/)?(?:\.gxp\/)?(?:evidence\/)?/, '')
    .replace(/\/$/, '')
    .replace(/\.jws$/, '')

export const releaseRules: readonly Rule[] = [incomplete]
