/** What acme has besides what the stage gives it: one of each thing that an operation may be about. */
import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair } from 'jose'
import type { ReportFormat } from '../../../../src/scan/ports/reports.ts'
import { Deliveries } from '../../../../src/store/deliveries.ts'
import { runReportJob } from '../report-job.ts'
import type { Stage } from '../stage.ts'

export interface Things {
  installationId: number
  /** Scanned. */
  repositoryId: number
  /** The scan that made its tracked snapshot. */
  scanId: string
  /** A webhook delivery. */
  deliveryId: string
  /** An artifact of the record, and the first id that one of a kind has. */
  artifactId: string
  gxpIdOf(kind: string): string
  /** An event of acme's. */
  auditEventId: string
  /** Of the tracked snapshot, and the job that made them. */
  reportIds: Record<ReportFormat, string>
  reportJobId: string
  /** Another each time. */
  name(): string
  manufacturerId(): Promise<string>
  productId(): Promise<string>
  /** Another public key each time. */
  publicKey(): Promise<object>
  /** Another API key each time; answers its id. */
  apiKeyId(): Promise<string>
  /** Another registered key each time, of the repository or of the installation; answers its id. */
  signingKeyId(of: 'repositories' | 'installations'): Promise<string>
}

export async function thingsOf(stage: Stage): Promise<Things> {
  const { acme, database } = stage
  const [installationId, repositoryId] = [Number(acme.installationId), Number(acme.pump.id)]
  const { trackedScanId } = await database.client.repository.findUniqueOrThrow({ where: { id: acme.pump.id } })
  const deliveryId = randomUUID()
  const payload = { action: 'created', installation: { id: installationId }, repository: { id: repositoryId } }
  await new Deliveries(database).store({ id: deliveryId, event: 'push', payload })

  const publicKey = async () => {
    const { publicKey } = await generateKeyPair('ES256', { extractable: true })
    return { ...(await exportJWK(publicKey)), kid: randomUUID() }
  }
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await stage.ask(acme.keys.admin, path, { method: 'POST', body })
    if (answer.status !== 201) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`)
    return answer.body.id
  }
  const name = () => `Acme ${randomUUID()}`
  const manufacturerId = () => made('/manufacturers', { installationId, name: name() })
  return {
    ...{ installationId, repositoryId, scanId: String(trackedScanId), deliveryId, publicKey },
    ...(await recorded(stage)),
    ...(await reported(stage)),
    ...{ name, manufacturerId },
    productId: async () => made('/products', { manufacturerId: await manufacturerId(), name: name() }),
    apiKeyId: () => made('/api-keys', { name: 'another', installationId, scopes: ['read'] }),
    signingKeyId: async (of) => {
      const id = of === 'repositories' ? repositoryId : installationId
      return made(`/${of}/${id}/keys`, { owner: 'Q. Officer', key: await publicKey() })
    },
  }
}

/** All formats, by the job that a PDF needs. */
async function reported(stage: Stage) {
  const { acme, database } = stage
  const path = `/repositories/${acme.pump.id}/compliance`
  const { jobId } = (await stage.ask(acme.keys.read, `${path}/report?format=pdf`)).body
  await runReportJob(database, jobId)
  const { items } = (await stage.ask(acme.keys.read, `${path}/reports`)).body as {
    items: { format: ReportFormat; id: string }[]
  }
  const ids = Object.fromEntries(items.map(({ format, id }) => [format, id]))
  return { reportIds: ids as Record<ReportFormat, string>, reportJobId: jobId as string }
}

/** What the record and the audit trail hold of acme's. */
async function recorded({ acme, database: { client } }: Stage) {
  const artifacts = await client.artifact.findMany({ where: { repositoryId: acme.pump.id }, orderBy: { path: 'asc' } })
  const { id } = await client.auditEvent.findFirstOrThrow({ where: { repositoryId: acme.pump.id } })
  const gxpIdOf = (kind: string) => {
    const artifact = artifacts.find((each) => each.kind === kind && each.gxpId !== null)
    if (!artifact?.gxpId)
      throw new Error(`No ${kind} among ${JSON.stringify(artifacts.map((each) => [each.kind, each.gxpId]))}`)
    return artifact.gxpId
  }
  return {
    // What it says is acme's own.
    artifactId: artifacts.findLast(({ kind }) => kind === 'requirement')?.id ?? '',
    gxpIdOf,
    auditEventId: String(id),
  }
}
