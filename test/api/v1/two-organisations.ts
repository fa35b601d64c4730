/**
 * Two organisations that have keys and people each, and a third kind of reader: who may read another repository of the first.
 * Acme is looked at; zeta is a stranger to it.
 */
import type { Cache } from '../../../src/api/cache/cache.ts'
import { AuditChain } from '../../../src/store/audit-chain.ts'
import type { Database } from '../../../src/store/database.ts'
import { GitHub } from '../../support/github/index.ts'
import { Contract } from './contract.ts'
import { type Things, thingsOf } from './operations/things.ts'
import { idsOf, Secrets } from './secrets.ts'
import { aKey, type Holder, Stage } from './stage.ts'

export interface Outsider {
  who: string
  holder: Exclude<Holder, null>
  /** Of zeta; otherwise of acme's other repository. */
  stranger: boolean
  /** May do all of what is theirs. */
  admin: boolean
}

export class TwoOrganisations {
  readonly github: GitHub
  readonly stage: Stage
  readonly contract: Contract
  readonly things: Things
  readonly outsiders: readonly Outsider[]
  /** Of those who own acme. */
  readonly owner: Exclude<Holder, null>

  private constructor(
    parts: Pick<TwoOrganisations, 'github' | 'stage' | 'contract' | 'things' | 'outsiders' | 'owner'>,
  ) {
    ;({ github: this.github, stage: this.stage, contract: this.contract, things: this.things } = parts)
    ;({ outsiders: this.outsiders, owner: this.owner } = parts)
  }

  static async on(database: Database, cache: Cache): Promise<TwoOrganisations> {
    const github = await GitHub.start()
    const stage = await Stage.on(database, { github, cache })
    const things = await thingsOf(stage)
    for (const place of ['repositories', 'installations'] as const) await things.signingKeyId(place)
    await things.productId()
    const outsiders = await outsidersOf(stage, github)
    github.people.own('ada', 'acme')
    const owner = await stage.signedIn('ada')
    await linkAll(database)
    return new TwoOrganisations({ github, stage, contract: await Contract.of(stage), things, outsiders, owner })
  }

  /** As things are now: what no stranger may see, and what nobody may who reads the other repository of acme's alone. */
  async secrets(): Promise<{ ofAcme: Secrets; ofPump: Secrets }> {
    const { database } = this.stage
    const { installationId, pump, empty } = this.stage.acme
    const names = /acme|github\/(ada|nora)\b/i
    return {
      ofAcme: new Secrets([installationId, pump.id, empty.id], names, await idsOf(database, installationId, null)),
      ofPump: new Secrets([pump.id], /pump/i, await idsOf(database, installationId, empty.id)),
    }
  }

  async close(): Promise<void> {
    await this.stage.close()
    await this.github.close()
  }
}

async function outsidersOf(stage: Stage, github: GitHub): Promise<Outsider[]> {
  const { database, acme, zeta } = stage
  const repository = (owner: string, name: string) => {
    const known = github.find(owner, name)
    if (!known) throw new Error(`There is no ${owner}/${name}.`)
    return known
  }
  github.people.own('zoe', 'zeta')
  github.people.allow('zack', repository('zeta', 'pump'), 'pull')
  github.people.allow('nora', repository('acme', 'empty'), 'admin')
  const ofOne = { installationId: zeta.installationId, scopes: ['read' as const], repositoryIds: [zeta.pump.id] }
  const ofOther = { installationId: acme.installationId, repositoryIds: [acme.empty.id] }
  const [stranger, neighbour] = [{ stranger: true }, { stranger: false, admin: true }]
  return [
    { who: "zeta's key", holder: zeta.keys.admin, ...stranger, admin: true },
    { who: "zeta's key of one repository", holder: await aKey(database, ofOne), ...stranger, admin: false },
    { who: 'zoe, who owns zeta', holder: await stage.signedIn('zoe'), ...stranger, admin: true },
    { who: 'zack, who reads zeta/pump', holder: await stage.signedIn('zack'), ...stranger, admin: false },
    { who: 'the key of acme/empty', holder: await aKey(database, ofOther), ...neighbour },
    { who: 'nora, who administers acme/empty', holder: await stage.signedIn('nora'), ...neighbour },
  ]
}

/** Transactions of other suites, on the same server, may hold the chain up for a moment. */
async function linkAll(database: Database): Promise<void> {
  const chain = new AuditChain(database)
  while ((await chain.head())?.position !== (await database.client.auditEvent.count())) await chain.link(100, true)
}
