/** The app about itself, its webhook deliveries, its registration. https://docs.github.com/en/rest/apps */

import { type Answer, created, notFound, ok } from '../answer.ts'
import type { App } from '../app.ts'
import { type Call, numberParam, page, param, type Routes } from '../call.ts'
import { appFacts, installationFacts } from '../facts.ts'
import type { JsonObject } from '../json.ts'
import { type Delivery, deliveryFacts } from '../webhooks.ts'
import { ofAnyone, ofApp } from './scopes.ts'

export const appRoutes: Routes = {
  'GET /app': ofApp(({ github }) =>
    ok({ ...appFacts(github, github.app), installations_count: github.installations.length }),
  ),
  'GET /app/installations': ofApp(listInstallations),
  'GET /app/installations/{installation_id}': ofApp(getInstallation),
  'GET /app/hook/config': ofApp(({ github }) => ok(github.hookConfig)),
  'GET /app/hook/deliveries': ofApp(listDeliveries),
  'GET /app/hook/deliveries/{delivery_id}': ofApp(getDelivery),
  'POST /app/hook/deliveries/{delivery_id}/attempts': ofApp(redeliver),
  'POST /app-manifests/{code}/conversions': ofAnyone(convert),
}

/** https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app */
function listInstallations(call: Call): Answer {
  const { items, headers } = page(
    call,
    call.github.installations.filter(({ deleted }) => !deleted),
  )
  return ok(
    items.map((installation) => installationFacts(call.github, installation)),
    headers,
  )
}

/** https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app */
function getInstallation(call: Call): Answer {
  const wanted = numberParam(call, 'installation_id')
  const installation = call.github.installations.find(({ id, deleted }) => id === wanted && !deleted)
  if (!installation) throw notFound()
  return ok(installationFacts(call.github, installation))
}

/** Newest first, paged by a cursor. https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook */
function listDeliveries(call: Call): Answer {
  const { github, query } = call
  const succeeded = ({ statusCode }: Delivery) => statusCode >= 200 && statusCode < 400
  const wanted = github.deliveries
    .filter((delivery) => query.status === undefined || (query.status === 'success') === succeeded(delivery))
    .filter((delivery) => query.cursor === undefined || delivery.id < Number(query.cursor))
    .sort((one, other) => other.id - one.id)
  const shown = wanted.slice(0, Math.min(100, query.per_page as number))
  const next = wanted.length > shown.length ? shown.at(-1)?.id : undefined
  const address = `${github.apiUrl}/app/hook/deliveries?per_page=${query.per_page}&cursor=${next}`
  return ok(shown.map(deliveryFacts), next === undefined ? {} : { link: `<${address}>; rel="next"` })
}

function getDelivery(call: Call): Answer {
  const delivery = call.github.webhooks.get(numberParam(call, 'delivery_id'))
  const request = { headers: delivery.headers, payload: delivery.payload as JsonObject }
  return ok({
    ...deliveryFacts(delivery),
    url: call.github.webhooks.url ?? '',
    request,
    response: { headers: {}, payload: delivery.response },
  })
}

/** "202 Accepted": the attempt itself follows. https://docs.github.com/en/rest/apps/webhooks#redeliver-a-delivery-for-an-app-webhook */
function redeliver(call: Call): Answer {
  const { id } = call.github.webhooks.get(numberParam(call, 'delivery_id'))
  call.github.inBackground(() => call.github.redeliver(id))
  return { status: 202, body: {} }
}

/** https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest */
async function convert(call: Call): Promise<Answer> {
  const app: App | null = await call.github.convertManifest(param(call, 'code'))
  if (!app) throw notFound()
  return created({
    ...appFacts(call.github, app),
    client_id: app.clientId,
    client_secret: app.clientSecret,
    webhook_secret: app.webhookSecret,
    pem: app.privateKey,
  })
}
