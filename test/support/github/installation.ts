/** The app on an account. https://docs.github.com/en/apps/using-github-apps/installing-a-github-app-from-a-third-party */
import type { Account } from './facts.ts'
import { accountFacts, installationFacts } from './facts.ts'
import type { GitHub } from './github.ts'
import type { JsonObject } from './json.ts'
import type { Repository } from './repository.ts'
import type { Delivery } from './webhooks.ts'

export class Installation {
  id: number
  readonly account: Account
  readonly repositories = new Set<Repository>()
  suspendedAt: Date | null = null
  /** What its owner accepted, where that is not what the app asks for by now. */
  accepted: { permissions: Record<string, string>; events: string[] } | null = null
  deleted = false
  readonly #github: GitHub

  constructor(github: GitHub, account: Account) {
    this.#github = github
    this.account = account
    this.id = github.nextId()
  }

  /** Installed (again, under a new id, after `remove`). Sends `installation` created. */
  create(): Promise<Delivery> {
    if (this.deleted) this.id = this.#github.nextId()
    this.deleted = false
    this.suspendedAt = null
    return this.#send('installation', 'created', { repositories: this.#named([...this.repositories]) })
  }

  /** Sends `installation` deleted; its tokens are no good any more. */
  remove(): Promise<Delivery> {
    this.deleted = true
    return this.#send('installation', 'deleted', { repositories: this.#named([...this.repositories]) })
  }

  suspend(): Promise<Delivery> {
    this.suspendedAt = new Date()
    return this.#send('installation', 'suspend', {})
  }

  unsuspend(): Promise<Delivery> {
    this.suspendedAt = null
    return this.#send('installation', 'unsuspend', {})
  }

  addRepositories(...added: Repository[]): Promise<Delivery> {
    for (const repository of added) this.repositories.add(repository)
    return this.#sendRepositories('added', added, [])
  }

  removeRepositories(...removed: Repository[]): Promise<Delivery> {
    for (const repository of removed) this.repositories.delete(repository)
    return this.#sendRepositories('removed', [], removed)
  }

  #sendRepositories(action: string, added: Repository[], removed: Repository[]): Promise<Delivery> {
    const facts = { repositories_added: this.#named(added), repositories_removed: this.#named(removed) }
    return this.#send('installation_repositories', action, { ...facts, repository_selection: 'selected' })
  }

  #send(event: string, action: string, facts: JsonObject): Promise<Delivery> {
    const sender = accountFacts(this.#github, this.account)
    const installation = installationFacts(this.#github, this)
    return this.#github.send(event, action, { ...facts, installation, sender }, { installation: this })
  }

  /** The short form in which installation events name repositories. */
  #named(repositories: Repository[]): JsonObject[] {
    return repositories.map(({ id, name, fullName, isPrivate }) => {
      return { id, node_id: `R_${id}`, name, full_name: fullName, private: isPrivate }
    })
  }
}
