/** GitHub's manifest flow: https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { CALLBACK_PATH } from '../sign-in/paths.ts'

const appManifest = z.strictObject({
  name: z.string().max(34),
  description: z.string(),
  public: z.boolean(),
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])),
  default_events: z.array(z.string()),
})

export type AppManifest = z.infer<typeof appManifest>

/** `app.yml` of this package; three folders up from `src/` and from `dist/` alike. */
export const readAppManifest = (): AppManifest =>
  appManifest.parse(parse(readFileSync(new URL('../../../app.yml', import.meta.url), 'utf8')))

export interface Addresses {
  /** This server as browsers reach it. */
  publicUrl: string
  /** Where GitHub sends webhooks. */
  webhookUrl: string
}

/** The manifest as GitHub wants it posted. */
export const completeManifest = (manifest: AppManifest, { publicUrl, webhookUrl }: Addresses) => ({
  ...manifest,
  url: publicUrl,
  hook_attributes: { url: webhookUrl, active: true },
  redirect_url: `${publicUrl}/setup/callback`,
  callback_urls: [publicUrl + CALLBACK_PATH],
})

/** The page on GitHub that takes the manifest. `organization`: null for a personal account. */
export function registrationUrl(webUrl: string, organization: string | null, state: string): string {
  const account = organization === null ? '' : `/organizations/${encodeURIComponent(organization)}`
  return `${webUrl}${account}/settings/apps/new?state=${encodeURIComponent(state)}`
}
