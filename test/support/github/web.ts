/**
 * The pages of github.com that an app sends people to: signing in (oauth.ts), and registering an app from a manifest. That
 * one shows what is asked for, with a button; whoever presses it is sent back with a code.
 * https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 */
import type { IncomingMessage } from 'node:http'
import { type Answer, notFound, Refusal } from './answer.ts'
import type { GitHub } from './github.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { answerOAuth } from './oauth.ts'

export function answerWeb(github: GitHub, incoming: IncomingMessage, body: string): Answer {
  const url = new URL(incoming.url ?? '/', 'http://github')
  if (url.pathname.startsWith('/login/oauth/')) return answerOAuth(github, incoming, url, body)
  if (incoming.method !== 'POST' || !/^\/(organizations\/[^/]+\/)?settings\/apps\/new$/.test(url.pathname))
    throw notFound()
  const form = new URLSearchParams(body)
  const manifest = JSON.parse(form.get('manifest') ?? 'null') as Json
  if (!isObject(manifest) || typeof manifest.redirect_url !== 'string') {
    throw new Refusal(422, 'the form needs a `manifest` with a redirect_url', { mistake: true })
  }
  if (github.signInElsewhere !== null) return { status: 302, headers: { location: github.signInElsewhere } }
  if (form.get('agreed') === null) return pageThatAsks(manifest)
  const back = new URL(manifest.redirect_url)
  back.searchParams.set('code', github.manifestCode(manifest))
  const state = url.searchParams.get('state') ?? form.get('state')
  if (state !== null) back.searchParams.set('state', state)
  return { status: 302, headers: { location: back.href } }
}

/** Posts what it was posted to its own address once more, with the person's consent. */
function pageThatAsks(manifest: JsonObject): Answer {
  const value = JSON.stringify(manifest).replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  const page = `<!doctype html><link rel="icon" href="data:,"><title>Register ${manifest.name}</title><form method="post">
<input type="hidden" name="manifest" value="${value}">
<button name="agreed" value="yes">Create GitHub App</button></form>`
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: Buffer.from(page) }
}
