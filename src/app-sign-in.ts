/** Signing in, put together of what is configured. */
import { People } from './access/people.ts'
import { Seals } from './access/seals.ts'
import { type SessionAccess, sessionAccess } from './api/session-access.ts'
import type { SignInOptions } from './api/sign-in/routes.ts'
import type { Credentials } from './app-parts.ts'
import type { Config } from './config.ts'
import { GitHubPeople } from './github/people.ts'
import { GitHubSignIn } from './github/sign-in.ts'
import type { Database } from './store/database.ts'
import { Sessions } from './store/sessions.ts'

export interface SignIn {
  options: SignInOptions
  /** Null: nobody can sign in. */
  access: SessionAccess | null
}

interface Parts {
  config: Pick<Config, 'publicUrl' | 'sessionSecret' | 'admins' | 'github'>
  credentials: Pick<Credentials, 'oauth'>
  database: Database
}

export function signInOf({ config, credentials, database }: Parts): SignIn {
  const { publicUrl, sessionSecret, admins, github: where } = config
  const { oauth = null } = credentials
  if (oauth === null || publicUrl === null || sessionSecret === null) {
    const needed = { CLIENT_ID: oauth, CLIENT_SECRET: oauth, SESSION_SECRET: sessionSecret, PUBLIC_URL: publicUrl }
    const missing = Object.entries(needed).flatMap(([name, value]) => (value === null ? [name] : []))
    return { options: { parts: null, missing }, access: null }
  }
  const seals = new Seals(sessionSecret)
  const sessions = new Sessions(database)
  const door = new GitHubSignIn({ ...where, ...oauth })
  const asked = new GitHubPeople(where.apiUrl)
  const people = new People({ sessions, door, github: asked, seals, admins })
  const access = sessionAccess({
    seals,
    readerOf: (id) => people.readerOf(id),
    origin: publicUrl,
  })
  return {
    options: { parts: { publicUrl, door, github: asked, people, sessions, seals, access }, missing: [] },
    access,
  }
}
