/**
 * What is asked of the lists and look-ups of the API, on repositories 1 to 60 of installation 1, of which everything looks alike
 * (explain.test.ts).
 */
import type { Grant } from '../../src/access/grant.ts'
import type { Reading } from '../../src/store/reading/index.ts'

const WHOLE: Grant = { scopes: ['read', 'admin'], installationId: 1n, repositoryIds: [] }
const ALL: Grant[] = [WHOLE]
export const REPOSITORY = 7n
const ONE: Grant[] = [{ ...WHOLE, repositoryIds: [REPOSITORY] }]
const FEW: Grant[] = [{ ...WHOLE, repositoryIds: [REPOSITORY, 8n] }]
const SERVER: Grant[] = [{ ...WHOLE, installationId: null }]
const NONE: Grant[] = [{ ...WHOLE, repositoryIds: [998n, 999n] }]

const LATER = '2100-01-01T00:00:00.000Z'

type Ask = (reading: Reading, scanId: string) => Promise<unknown>
const page = 30

/** First page and a deep one, with and without filters. */
export const ASKED: Record<string, Ask> = {
  requirements: ({ record }) => record.artifacts.list(REPOSITORY, ['requirement'], {}, page, null),
  'requirements, deep': ({ record }) =>
    record.artifacts.list(REPOSITORY, ['requirement'], {}, page, ['.gxp/requirements/REQ-400.md']),
  'requirements by text': ({ record }) =>
    record.artifacts.list(REPOSITORY, ['requirement'], { text: '77' }, page, null),
  'evidence of a specification': ({ record }) =>
    record.artifacts.list(REPOSITORY, ['evidence', 'package_file'], { parent: 'SPEC-7' }, page, null),
  'evidence by verdict': ({ record }) =>
    record.artifacts.list(REPOSITORY, ['evidence', 'package_file'], { verdict: 'valid' }, page, null),
  artifacts: ({ record }) => record.artifacts.list(REPOSITORY, [], {}, page, ['.gxp/specs/SPEC-1.md']),
  definitions: ({ record }) => record.artifacts.definitions(REPOSITORY, ['requirement'], 'REQ-7'),
  history: ({ record }) => record.artifacts.history(REPOSITORY, { gxpId: 'REQ-7', kinds: ['requirement'] }, page, null),
  'history of a file': ({ record }) =>
    record.artifacts.history(REPOSITORY, { path: '.gxp/specs/SPEC-7.md' }, page, null),
  links: ({ record }) => record.links.of(REPOSITORY, ['SPEC-7'], 500),
  'findings on an artifact': ({ record }, scanId) =>
    record.links.findings(scanId, ['REQ-7'], ['.gxp/requirements/REQ-7.md'], 100),
  coverage: ({ record }) => record.links.coverage(REPOSITORY, 'REQ-7'),
  annotations: ({ record }) => record.annotations.list(REPOSITORY, {}, page, ['src/300.ts', 'source', 'b300', '1']),
  'annotations with an id': ({ record }) => record.annotations.list(REPOSITORY, { id: 'SPEC-7' }, page, null),
  'a chain': ({ record }) => record.traceability.chain(REPOSITORY, 'REQ-7', 'down', 10, 100),
  'a chain of a file': ({ record }) =>
    record.traceability.chain(REPOSITORY, 'FILE:.gxp/specs/SPEC-7.md', 'up', 10, 100),
  'whether a node is known': ({ record }) => record.traceability.knows(REPOSITORY, 'FILE:.gxp/specs/SPEC-7.md'),
  'edges of a chain': ({ record }) => record.traceability.among(REPOSITORY, ['SPEC-7', 'REQ-7'], 100),
  'a proof': ({ record }) => record.traceability.steps(REPOSITORY, ['EVIDENCE:.gxp/evidence/EV-7', 'SPEC-7', 'REQ-7']),
  'broken links': ({ record }, scanId) => record.traceability.broken(REPOSITORY, scanId, page, null),
  'matrix, line by line': ({ record }) => record.matrix.lines(REPOSITORY, 'REQ-300', 100),
  'risk register': ({ record }) => record.risks.register(REPOSITORY),
  'coverage by risk': ({ record }) => record.risks.levels(REPOSITORY),
  findings: ({ findings }, scanId) => findings.list({ repositoryId: REPOSITORY, scanId }, {}, page, null),
  'scans of a repository': ({ scans }) => scans.list(ALL, { repositoryId: REPOSITORY }, page, null),
  'scans of a few': ({ scans }) => scans.list(FEW, {}, page, null),
  'scans of all': ({ scans }) => scans.list(ALL, {}, page, null),
  'findings on a file': ({ findings }, scanId) =>
    findings.list({ repositoryId: REPOSITORY, scanId }, { path: '.gxp/requirements/REQ-7.md' }, page, null),
  repositories: ({ repositories }) => repositories.list(ALL, {}, page, ['acme', 'pump-3', '3']),
  installations: ({ installations }) => installations.list(ALL, page, null),
  'risk entries': ({ record }) => record.risks.entries(REPOSITORY, {}, page, null),
  'risk entries, deep': ({ record }) => record.risks.entries(REPOSITORY, {}, page, ['s1', '30']),
  reports: ({ compliance }) => compliance.reports(REPOSITORY, page, null),
  'revisions of a record': ({ compliance }) => compliance.trail(REPOSITORY, undefined, page, null),
  'revisions of a file': ({ compliance }) => compliance.trail(REPOSITORY, '.gxp/specs/SPEC-7.md', page, null),
  'webhooks of all': ({ webhooks }) => webhooks.list(ALL, {}, page, null),
  'webhooks of the server': ({ webhooks }) => webhooks.list(SERVER, { event: 'push', state: 'processed' }, page, null),
  'webhooks of one repository': ({ webhooks }) => webhooks.list(ONE, {}, page, null),
  'audit events of all': ({ auditEvents }) => auditEvents.list(ALL, {}, page, null),
  'audit events of the server, deep': ({ auditEvents }) => auditEvents.list(SERVER, {}, page, [LATER, '9']),
  'audit events of one repository': ({ auditEvents }) => auditEvents.list(ONE, {}, page, null),
  'audit events of a few': ({ auditEvents }) => auditEvents.list(FEW, {}, page, null),
  'webhooks of a few': ({ webhooks }) => webhooks.list(FEW, {}, page, null),
  'audit events of a resource': ({ auditEvents }) => auditEvents.list(ALL, { resource: 'repository/7' }, page, null),
  'API keys': ({ apiKeyRows }) => apiKeyRows.list(ALL, {}, page, null),
  'products by text': ({ products }) => products.products(ALL, { text: 'pump' }, page, null),
  manufacturers: ({ products }) => products.manufacturers(ALL, {}, page, null),
}

/** Where nothing fits. */
export const ASKED_IN_VAIN: Record<string, Ask> = {
  'broken links': ({ record }, scanId) => record.traceability.broken(20n, scanId, page, null),
  'findings on a file': ({ findings }, scanId) =>
    findings.list({ repositoryId: REPOSITORY, scanId }, { path: 'none.md' }, page, null),
  'findings on an id': ({ findings }, scanId) =>
    findings.list({ repositoryId: REPOSITORY, scanId }, { gxpId: 'REQ-0' }, page, null),
  'findings by severity': ({ findings }, scanId) =>
    findings.list({ repositoryId: REPOSITORY, scanId }, { severity: 'error' }, page, null),
  'scans of all by kind': ({ scans }) => scans.list(ALL, { kind: 'replay' }, page, null),
  'scans of a repository by kind': ({ scans }) =>
    scans.list(ALL, { repositoryId: REPOSITORY, kind: 'replay' }, page, null),
  'scans of all by status': ({ scans }) => scans.list(ALL, { status: 'failed' }, page, null),
  'scans of a time': ({ scans }) => scans.list(ALL, { from: new Date(LATER) }, page, null),
  'what ended within a day': async ({ installations }) => ({
    items: (await installations.list(ALL, page, null)).items.filter(({ scans }) => scans !== null),
  }),
  'webhooks by event': ({ webhooks }) => webhooks.list(ALL, { event: 'member' }, page, null),
  'webhooks of the server by event': ({ webhooks }) => webhooks.list(SERVER, { event: 'member' }, page, null),
  'webhooks that wait': ({ webhooks }) => webhooks.list(ALL, { state: 'waiting' }, page, null),
  'webhooks that were given up': ({ webhooks }) => webhooks.list(SERVER, { state: 'given_up' }, page, null),
  'webhooks of a repository without': ({ webhooks }) => webhooks.list(NONE, {}, page, null),
  'audit events by action': ({ auditEvents }) => auditEvents.list(ALL, { action: 'api_key.created' }, page, null),
  'audit events by actor': ({ auditEvents }) => auditEvents.list(SERVER, { actor: 'api-key/7' }, page, null),
  'audit events by resource': ({ auditEvents }) => auditEvents.list(ALL, { resource: 'api-key/7' }, page, null),
  'audit events of a time': ({ auditEvents }) => auditEvents.list(ALL, { from: new Date(LATER) }, page, null),
  'audit events of a repository without': ({ auditEvents }) => auditEvents.list(NONE, {}, page, null),
  reports: ({ compliance }) => compliance.reports(999n, page, null),
  'revisions of a file': ({ compliance }) => compliance.trail(REPOSITORY, 'none.md', page, null),
  'revisions of a repository without': ({ compliance }) => compliance.trail(999n, undefined, page, null),
  'requirements by text': ({ record }) =>
    record.artifacts.list(REPOSITORY, ['requirement'], { text: 'none' }, page, null),
  'requirements by risk': ({ record }) =>
    record.artifacts.list(REPOSITORY, ['requirement'], { risk: 'LOW' }, page, null),
  'annotations with an id': ({ record }) => record.annotations.list(REPOSITORY, { id: 'SPEC-0' }, page, null),
}
