/** What pages of ours are made of: plain HTML that works without scripts, images or anything from another address. */
import { randomBytes } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { Html, html } from './html.ts'

export interface Page {
  html: string
  /** Value of the `Content-Security-Policy` header that goes with it. */
  policy: string
}

const NAME = 'rosie-guard'

/** The scheme is the root's: below it, links and fields would be for a dark page, on one that stays white. */
const STYLE = `
  :root { color-scheme: light dark }
  body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif }
  fieldset, .field { margin: 1.5rem 0 } label { display: block } .field label { font-weight: 600 }
  input:not([type=radio]) { width: 100%; padding: .5rem; font: inherit; box-sizing: border-box }
  button { padding: .6rem 1.2rem; font: inherit } [role=alert] { border-left: .3rem solid #c00; padding-left: 1rem }
`

/** `formAction`: where its forms may be sent to, and from there be redirected to, as a CSP source. `script`: runs when the page is shown. */
export function page(title: string, body: Html, { formAction = "'none'", script = '' } = {}): Page {
  const nonce = randomBytes(16).toString('base64')
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    ...(script ? [`script-src 'nonce-${nonce}'`] : []),
    `form-action ${formAction}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  const text = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}${title !== NAME && ` – ${NAME}`}</title>
<style nonce="${nonce}">${new Html(STYLE)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
${script && html`<script nonce="${nonce}">${new Html(script)}</script>`}
</body>
</html>
`.text
  return { html: text, policy }
}

/** All but its policy is in the headers that the host gives every answer. */
export const show = (reply: FastifyReply, status: number, { html, policy }: Page): FastifyReply =>
  reply.code(status).header('content-security-policy', policy).type('text/html; charset=utf-8').send(html)
