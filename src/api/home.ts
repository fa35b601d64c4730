/**
 * `GET /`, which GitHub shows as the app's homepage: what this server is, and where to go from here. It is open to all, so
 * it says nothing of anybody, nor of the configuration but whether people can sign in; and it asks nobody.
 */
import type { FastifyPluginAsync } from 'fastify'
import { html } from './html.ts'
import { type Page, page, show } from './page.ts'
import { BOARD_PATH } from './queue-board.ts'

export interface HomeOptions {
  /** Of this software. */
  version: string
  /** Whether people can sign in here. What is missing where they can't is nothing for strangers. */
  signIn: boolean
}

export const home: FastifyPluginAsync<HomeOptions> = async (app, options) => {
  app.get('/', (_request, reply) => show(reply, 200, homePage(options)))
}

function homePage({ version, signIn }: HomeOptions): Page {
  const body = html`<p>This is the server of rosie-guard, a GitHub App. It checks the GxP compliance record of repositories on every push
and pull request: requirements, traceability and signed evidence.</p>
<h2>Where to go</h2>
<ul>${
    signIn &&
    html`
<li><a href="/auth/login">Sign in with GitHub</a> to see what is recorded of the repositories that you may read.</li>`
  }
<li><a href="/api/docs">The REST interface</a>: what programs and dashboards can ask. Anybody may
read about it; it answers those who have an API key${signIn && ', or are signed in'}.</li>
<li><a href="${BOARD_PATH}">The board of the queue</a>: what waits, runs or failed. It is for those who administer this whole
server: with an API key as password and any user name${signIn && ', or signed in'}.</li>
<li><a href="/healthz">Health</a>: whether this server runs.</li>
</ul>
<p>Version ${version}</p>`
  return page('rosie-guard', body)
}
