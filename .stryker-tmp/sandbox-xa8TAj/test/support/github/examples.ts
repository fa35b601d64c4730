/**
 * Real payloads, collected by GitHub's users (`@octokit/webhooks-examples`), made to speak of our repositories. What
 * `https://docs.github.com/en/webhooks/webhook-events-and-payloads` describes, they show.
 */
// @ts-nocheck

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isObject, type Json, type JsonObject, merge } from './json.ts'

/** What an example's own names become. */
export interface Names {
  /** Base of API addresses, without a slash at the end. */
  api: string
  web: string
  /** `owner/name`; null leaves the example's. */
  fullName: string | null
}

interface Examples {
  name: string
  examples: JsonObject[]
}

let collected: Examples[] | undefined

/** The payload of an event with our facts laid over the most fitting example: same action first, sent to an app first. */
export function payload(event: string, action: string | null, facts: JsonObject, names: Names): JsonObject {
  const candidates = all().find(({ name }) => name === event)?.examples ?? []
  const sameAction = candidates.filter((candidate) => action === null || candidate.action === action)
  const example = sameAction.find((candidate) => candidate.installation) ?? sameAction[0] ?? candidates[0] ?? {}
  return merge(renamed(example, names), { ...facts, ...(action !== null && { action }) })
}

/** A part of an example (`pull_request`, `repository`), in full, as the REST API shows it too. */
export function part(event: string, member: string, facts: JsonObject, names: Names): JsonObject {
  const whole = payload(event, null, {}, names)[member]
  return merge(isObject(whole) ? whole : {}, facts)
}

function renamed(example: JsonObject, { api, web, fullName }: Names): JsonObject {
  const own = isObject(example.repository) ? example.repository.full_name : null
  let text = JSON.stringify(example)
  if (typeof own === 'string' && fullName) text = text.replaceAll(own, fullName)
  return JSON.parse(text.replaceAll('https://api.github.com', api).replaceAll('https://github.com', web)) as JsonObject
}

function all(): Examples[] {
  const file = () => createRequire(import.meta.url).resolve('@octokit/webhooks-examples')
  collected ??= JSON.parse(readFileSync(file(), 'utf8')) as Json as unknown as Examples[]
  return collected
}
