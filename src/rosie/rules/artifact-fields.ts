/** What a requirement, user story or specification must say, and with which words. */
import type { Field } from '../contents.ts'
import { type Place, RISKS, STATUSES, TIERS } from '../model.ts'
import { textOf } from '../parse/document.ts'
import { type DocumentFile, idOf, kindOf } from '../record.ts'
import { asRisk, asStatus, asTier, riskField, statusField } from '../vocabulary.ts'
import { fieldPlace, NAMES, readable } from './documents.ts'
import { contradictoryRisk } from './risk-alias.ts'
import { type Hit, inEach, type Rule } from './rule.ts'
import { shown } from './words.ts'

export const missingField: Rule = {
  id: 'artifact/missing-field',
  severity: 'warning',
  about: 'A field is absent: title (an error), acceptance criteria, the parts of a story, or the verification tier.',
  check: inEach(readable, function* (document) {
    const place: Place = { path: document.path, line: document.content.fields.gxp_id?.line ?? 1 }
    for (const lack of lacksOf(document)) yield { place, gxpId: idOf(document), ...lack }
  }),
}

function* lacksOf(document: DocumentFile): Generator<Pick<Hit, 'message' | 'detail' | 'severity'>> {
  const { parts, title, fields } = document.content
  const kind = kindOf(document)
  if (title === null)
    yield { detail: 'title', severity: 'error', message: `This ${NAMES[kind]} has no \`title\`. Give it one.` }
  if (kind !== 'specification' && !parts.includes('acceptance_criteria'))
    yield {
      detail: 'acceptance_criteria',
      message: `This ${NAMES[kind]} has no \`acceptance_criteria\`: say how one sees that it is fulfilled.`,
    }
  const missing =
    kind === 'user_story' ? storyParts.filter((part) => !parts.includes(part) && !IN_TITLE[part].test(title ?? '')) : []
  if (missing.length > 0)
    yield {
      detail: 'story',
      message: `This story lacks ${missing.map((part) => `\`${part}\``).join(', ')}: in the front matter, in its title, or in bold in the text.`,
    }
  if (kind === 'specification' && !fields.verification_tier)
    yield {
      detail: 'verification_tier',
      message: `This specification has no \`verification_tier\`. Write one of ${TIERS.join(', ')}.`,
    }
}

/** GxP.MD's own stories say it all in their titles: "As a nurse, I want to see the dose, so that …". */
const IN_TITLE = { as_a: /\bas an?\s/i, i_want: /\bi want\s/i, so_that: /\bso that\s/i } as const
const storyParts = ['as_a', 'i_want', 'so_that'] as const

export const invalidValue: Rule = {
  id: 'artifact/invalid-value',
  severity: 'error',
  about: 'A risk, tier or status is outside its set, or two keys for the risk contradict each other.',
  check: inEach(readable, function* (document) {
    const { fields } = document.content
    const gxpId = idOf(document)
    const given = { rating: riskField(fields), tier: fields.verification_tier, status: statusField(fields) }
    const wrong = (key: string, field: Field, set: readonly string[]): Hit => ({
      place: fieldPlace(document, key),
      gxpId,
      message: `\`${key}\` is ${saying(textOf(field))}. Write one of ${set.join(', ')}.`,
      detail: key,
    })
    const riskKey = fields.gxp_risk_rating ? 'gxp_risk_rating' : 'risk_level'
    const statusKey = fields.validation_status ? 'validation_status' : 'assurance_status'
    if (given.rating && !asRisk(given.rating)) yield wrong(riskKey, given.rating, RISKS)
    if (given.tier && !asTier(given.tier)) yield wrong('verification_tier', given.tier, TIERS)
    if (given.status && !asStatus(given.status)) yield wrong(statusKey, given.status, STATUSES)
    const twofold = contradictoryRisk(fields)
    if (twofold) yield { place: fieldPlace(document, 'risk_level'), gxpId, message: twofold, detail: 'risk' }
  }),
}

const saying = (text: string | null) => (text === null ? 'no single value' : `\`${shown(text)}\``)
