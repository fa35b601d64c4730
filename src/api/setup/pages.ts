/** The pages of the first start. */
import { html } from '../html.ts'
import { type Page, page } from '../page.ts'

export interface Form {
  account: 'personal' | 'organization'
  organization: string
}

/** `server`: the GitHub that the app will belong to, such as `github.com`. `wrong`: what was wrong with the last try. */
export function form(server: string, { account, organization }: Form, wrong: string | null = null): Page {
  const checked = (value: Form['account']) => account === value && html` checked`
  const body = html`${wrong !== null && html`<p role="alert">${wrong}</p>`}
<p>This server has no GitHub App yet. It will be registered on <strong>${server}</strong>; for another GitHub server set
<code>GHE_HOST</code> and start again. Be signed in there, in this browser.</p>
<form method="post" action="/setup">
<div class="field">
<label for="token">One-time token</label>
<p id="token-hint">The server's log shows it: who can read the log may register the app.</p>
<input id="token" name="token" required autocomplete="off" spellcheck="false" aria-describedby="token-hint">
</div>
<fieldset>
<legend>The app belongs to</legend>
<label><input type="radio" name="account" value="organization"${checked('organization')}> an organisation</label>
<label><input type="radio" name="account" value="personal"${checked('personal')}> my personal account</label>
</fieldset>
<div class="field">
<label for="organization">Organisation</label>
<p id="organization-hint">Its name as in its address on GitHub. Leave it empty for a personal account.</p>
<input id="organization" name="organization" value="${organization}" autocomplete="off" spellcheck="false"
aria-describedby="organization-hint">
</div>
<button>Continue on GitHub</button>
</form>`
  return page('Register the GitHub App', body, { formAction: "'self'" })
}

/**
 * Carries the manifest to GitHub: by itself where scripts run, with a button elsewhere. Browsers hold `form-action` against
 * every redirect that follows, too, and a GitHub server may send people on to wherever they sign in: nothing in this page is
 * anybody's but ours, so it names no address.
 */
export function handOver(action: string, manifest: object): Page {
  const body = html`<p>GitHub shows the app's name and asks you to confirm. It then brings you back here.</p>
<form method="post" action="${action}">
<input type="hidden" name="manifest" value="${JSON.stringify(manifest)}">
<button>Continue on GitHub</button>
</form>`
  return page('On to GitHub', body, { formAction: '*', script: 'document.forms[0].submit()' })
}

export function registered(htmlUrl: string, slug: string): Page {
  const body = html`<p>GitHub knows the app as <strong>${slug}</strong>. Its credentials are kept on this server, and the
server goes on with them. Back up its data folder.</p>
<p>Next: <a href="${htmlUrl}/installations/new">install the app on your repositories</a>.</p>`
  return page('The app is registered', body)
}

/** `what`: what went wrong and what to do, in a sentence or two. */
export const problem = (title: string, what: string): Page =>
  page(title, html`<p role="alert">${what}</p>\n<p><a href="/setup">Start again</a></p>`)

export const unreachable = (server: string, webhookUrl: string): Page =>
  page(
    `${server} can’t reach this server`,
    html`<p role="alert">Webhooks would go to ${webhookUrl}, which is this machine only.</p>
<p>Set <code>PUBLIC_URL</code> to an address that ${server} can reach, or <code>WEBHOOK_PROXY_URL</code> to a channel of
smee.io, and start the server again.</p>`,
  )

export const unknownRegistration = (): Page =>
  problem(
    'This registration is not known',
    'It was begun elsewhere, more than an hour ago, before this server was started, or it is finished already.',
  )

export const notHandedOver = (): Page =>
  problem(
    'GitHub did not hand over the credentials',
    'The server’s log says why. If GitHub lists the app in your settings, delete it there before you start again.',
  )

export const notKept = (slug: string): Page =>
  problem(
    'The credentials could not be kept',
    `The server’s log says why. Delete the app ${slug} in your settings on GitHub before you start again.`,
  )
