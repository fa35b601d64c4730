/** What the API reads and changes, by resource. */
import { PARSER_VERSION } from '../../rosie/parse/index.ts'
import { ApiKeys } from '../api-keys.ts'
import type { Database } from '../database.ts'
import { KeyRegistry } from '../key-registry.ts'
import { ProductRegistry } from '../products.ts'
import { Reports } from '../reports.ts'
import { ScanRequests } from '../scan-requests.ts'
import { ApiKeyRows } from './api-keys.ts'
import { AuditEvents } from './audit-events.ts'
import { Compliance } from './compliance.ts'
import { ReceivedWebhooks } from './deliveries.ts'
import { Findings } from './findings.ts'
import { Grants } from './grants.ts'
import { Installations } from './installations.ts'
import { Policies } from './policy-sources.ts'
import { Products } from './products.ts'
import { recordOf } from './record/index.ts'
import { Repositories } from './repositories.ts'
import { ScanRows } from './scans.ts'

export const readingOf = (database: Database) => ({
  auditEvents: new AuditEvents(database),
  grants: new Grants(database),
  repositories: new Repositories(database),
  compliance: new Compliance(database),
  reports: new Reports(database),
  installations: new Installations(database),
  record: recordOf(database),
  products: new Products(database),
  productRegistry: new ProductRegistry(database),
  scans: new ScanRows(database),
  scanRequests: new ScanRequests(database),
  findings: new Findings(database),
  policies: new Policies(database, PARSER_VERSION),
  keyRegistry: new KeyRegistry(database),
  apiKeys: new ApiKeys(database),
  apiKeyRows: new ApiKeyRows(database),
  webhooks: new ReceivedWebhooks(database),
})

export type Reading = ReturnType<typeof readingOf>
