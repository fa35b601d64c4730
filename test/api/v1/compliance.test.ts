import { createHash, createPublicKey } from 'node:crypto'
import { jest } from '@jest/globals'
import { flattenedVerify } from 'jose'
import { reportRenderer } from '../../../src/report/compliance/formats.ts'
import { Reports } from '../../../src/store/reports.ts'
import { ScanWishes } from '../../../src/store/wishes.ts'
import { deliver } from '../../store/given.ts'
import { forEachDatabase } from '../../support/database.ts'
import { sampleFiles, scanFiles } from '../../support/scanned.ts'
import { runReportJob } from './report-job.ts'
import { type Answer, SIGNING_KEY, Stage } from './stage.ts'

forEachDatabase('GET /repositories/:id/compliance', (databases) => {
  let stage: Stage
  let path: string
  let empty: string
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
    path = `/repositories/${stage.acme.pump.id}/compliance`
    empty = `/repositories/${stage.acme.empty.id}/compliance`
    const about = (installationId: bigint, action: string, year: number) => {
      return { installationId, action, actor: 'github/officer', resource: 'a key', at: new Date(`${year}-01-01`) }
    }
    const [here, elsewhere] = [stage.acme.installationId, stage.zeta.installationId]
    await stage.database.client.auditEvent.createMany({
      data: [
        ...[about(here, 'api_key.created', 2020), about(here, 'signing_key.registered', 2020)],
        ...[about(elsewhere, 'api_key.created', 2020), about(here, 'api_key.revoked', 2999)],
      ],
    })
  })
  afterAll(() => stage.close())

  const ask = (address: string, key = stage.acme.keys.read) => stage.ask(key, address)
  const bytes = async (address: string) => {
    const headers = { authorization: `Bearer ${stage.acme.keys.read}` }
    return Buffer.from(await (await fetch(`${stage.url}/api/v1${address}`, { headers })).arrayBuffer())
  }
  const jobOf = ({ body }: Answer): string => body.jobId

  describe('report', () => {
    it('is answered at once where it is small, and is the same from then on', async () => {
      const { status, body, headers } = await ask(`${path}/report`)
      expect(status).toBe(200)
      expect(body).toMatchObject({
        ...{ schemaVersion: 1, repository: { owner: 'acme', name: 'pump', defaultBranch: 'main' } },
        scan: { conclusion: 'success', summary: expect.any(Object) },
        score: { value: expect.any(Number) },
        ignored: { total: 0, findings: [] },
      })
      expect(body.traceability.map(({ id }: { id: string }) => id)).toContain('REQ-001')
      expect(body.evidence.byTier).toEqual([expect.objectContaining({ tier: 'OQ', total: 2, valid: 2 })])
      expect(body.evidence.files[0]).toMatchObject({ verdict: 'valid', signers: ['clinical-qa-2026'] })
      const found = body.regulatoryMap.rows.find(({ clause }: { clause: string }) => clause === '11.70')
      expect(found).toMatchObject({ state: 'evidence found', links: [{ kind: 'evidence', ref: 'E1' }, { ref: 'E2' }] })

      // Who may read the report may follow every link of its map.
      const rows: { links: { href: string }[] }[] = body.regulatoryMap.rows
      const hrefs = new Set(rows.flatMap(({ links }) => links.map(({ href }) => href.replace('/api/v1', ''))))
      expect(hrefs.size).toBeGreaterThan(5)
      for (const href of hrefs) expect([href, (await ask(href)).status]).toEqual([href, 200])

      // Of its own account, until the scan.
      expect(body.audit).toMatchObject({ onApiKeys: 1, onSigningKeys: 1 })

      const again = await bytes(`${path}/report`)
      const digest = createHash('sha256').update(again).digest()
      expect(headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'repr-digest': `sha-256=:${digest.toString('base64')}:`,
        'x-content-type-options': 'nosniff',
        'content-disposition': expect.stringMatching(/^attachment; filename="pump-compliance-[0-9a-f]{7}\.json"$/),
        etag: `"${digest.toString('hex')}"`,
      })
      const known = { headers: { 'if-none-match': String(headers.etag) } }
      expect((await stage.ask(stage.acme.keys.read, `${path}/report`, known)).status).toBe(304)
    })

    it.each([
      ['markdown', 'text/markdown; charset=utf-8', '# Compliance report of acme/pump'],
      ['sarif', 'application/sarif+json; charset=utf-8', '"2.1.0"'],
    ])('is there as %s', async (format, type, part) => {
      const { status, headers } = await ask(`${path}/report?format=${format}`)
      expect([status, headers['content-type']]).toEqual([200, type])
      expect((await bytes(`${path}/report?format=${format}`)).toString()).toContain(part)
    })

    it('is made by a job as PDF, and kept', async () => {
      const accepted = await ask(`${path}/report?format=pdf`)
      const location = `/api/v1/jobs/${jobOf(accepted)}`
      expect(accepted).toMatchObject({ status: 202, headers: { location, 'retry-after': '2' } })
      expect(accepted.headers.etag).toBeUndefined()
      expect(jobOf(await ask(`${path}/report?format=pdf`))).toBe(jobOf(accepted))
      expect((await ask(`/jobs/${jobOf(accepted)}`)).body).toMatchObject({ kind: 'report', status: 'queued' })
      await runReportJob(stage.database, jobOf(accepted))
      expect((await ask(`/jobs/${jobOf(accepted)}`)).body).toMatchObject({ status: 'completed', progress: 100 })

      const { status, headers } = await ask(`${path}/report?format=pdf`)
      expect([status, headers['content-type']]).toEqual([200, 'application/pdf'])
      const pdf = await bytes(`${path}/report?format=pdf`)
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
      const kept = (await stage.all(stage.acme.keys.read, `${path}/reports`, 2)) as Record<string, unknown>[]
      expect(kept.map(({ format }) => format).sort()).toEqual(['json', 'markdown', 'pdf', 'sarif'])
      const one = kept.find(({ format }) => format === 'pdf')
      expect(one).toMatchObject({
        id: headers['x-report-id'],
        sha256: createHash('sha256').update(pdf).digest('hex'),
        size: pdf.length,
      })
      expect((await bytes(`${path}/reports/${one?.id}`)).equals(pdf)).toBe(true)
    })

    it('changes nothing that it reports', async () => {
      const { database, acme } = stage
      const [reports, { id }] = [new Reports(database), acme.pump]
      const before = await reports.source(id)
      const events = await database.client.auditEvent.findMany({
        where: { repositoryId: id, action: { startsWith: 'report.' } },
      })
      expect(events.map(({ action }) => action)).toEqual(expect.arrayContaining(['report.created', 'report.requested']))
      if (before === null || before === 'wait') throw new Error('There is no report.')
      expect(before.source.audit.events.filter(({ action }) => action.startsWith('report.'))).toEqual([])
      const bytesNow = Buffer.from(await reportRenderer()(before.source, 'json'))
      expect(bytesNow.equals(await bytes(`${path}/report`))).toBe(true)
    })

    it('is made by a job where it is large', async () => {
      const { database, zeta } = stage
      const { trackedScanId } = await database.client.repository.findUniqueOrThrow({ where: { id: zeta.pump.id } })
      await database.client.$executeRaw`
        INSERT INTO finding (scan_id, rule, severity, message, fingerprint, status)
        SELECT ${trackedScanId}::uuid, 'trace/orphan', 'warning', 'Nothing leads from it ' || n, md5(n::text), 'existing'
        FROM generate_series(1, 1001) n`
      const address = `/repositories/${zeta.pump.id}/compliance/report`
      const accepted = await ask(address, zeta.keys.read)
      expect(accepted.status).toBe(202)
      await runReportJob(database, jobOf(accepted))
      expect((await ask(address, zeta.keys.read)).body.findings).toHaveLength(1001)
    })

    it.each([
      ['many findings that the policy ignores', 'ignored'],
      ['a register of many entries', 'entries'],
    ])('is made by a job where it has %s', async (_, which) => {
      const { database, zeta } = stage
      const { trackedScanId } = await database.client.repository.findUniqueOrThrow({ where: { id: zeta.pump.id } })
      await database.client.complianceReport.deleteMany({ where: { repositoryId: zeta.pump.id } })
      await database.client.finding.deleteMany({
        where: { scanId: trackedScanId ?? '', message: { startsWith: 'Nothing leads' } },
      })
      const ofFormat = (format: string) =>
        ask(`/repositories/${zeta.pump.id}/compliance/report?format=${format}`, zeta.keys.read)
      await rows(1_000)
      expect((await ofFormat('json')).status).toBe(200)
      await rows(1_001)
      expect((await ofFormat('markdown')).status).toBe(202)
      await rows(0)

      /** So many of them, and the rest as it was. */
      async function rows(number: number) {
        if (which === 'ignored') {
          const finding = {
            rule: 'trace/orphan',
            severity: 'warning',
            path: 'a.ts',
            line: 1,
            gxpId: 'REQ-1',
            message: 'x',
          }
          const one = JSON.stringify({ finding, reason: 'Generated', expires: '2099-01-01' })
          await database.client.$executeRaw`
            UPDATE scan SET assessment = assessment || jsonb_build_object('ignoredTotal', ${number}::int, 'ignored',
              (SELECT coalesce(jsonb_agg(${one}::jsonb), '[]') FROM generate_series(1, ${number}::int)))
            WHERE id = ${trackedScanId}::uuid`
        } else {
          await database.client.$executeRaw`
            UPDATE artifact SET data = jsonb_set(data, '{entries}', (
              SELECT coalesce(jsonb_agg(jsonb_build_object('id', 'RISK-' || n, 'risk', 'LOW', 'line', n)), '[]')
              FROM generate_series(1, ${number}::int) n))
            WHERE repository_id = ${zeta.pump.id} AND kind = 'risk_register'`
        }
      }
    })

    it('is rendered once where several ask for it at the same time', async () => {
      const { database, acme } = stage
      const source = jest.spyOn(Reports.prototype, 'source')
      try {
        await database.client.complianceReport.deleteMany({ where: { repositoryId: acme.pump.id } })
        const formats = ['json', 'sarif', 'json', 'json', 'sarif', 'json']
        const answers = await Promise.all(formats.map((format) => ask(`${path}/report?format=${format}`)))
        expect(answers.map(({ status }) => status)).toEqual(formats.map(() => 200))
        expect(new Set(answers.map(({ headers }) => headers['x-report-id'])).size).toBe(2)
        expect(source).toHaveBeenCalledTimes(2)
      } finally {
        source.mockRestore()
      }
    })

    it('is made anew where making it failed', async () => {
      const { database, acme } = stage
      const source = jest.spyOn(Reports.prototype, 'source')
      try {
        source.mockRejectedValueOnce(new Error('away'))
        await database.client.complianceReport.deleteMany({ where: { repositoryId: acme.pump.id } })
        expect((await ask(`${path}/report`)).status).toBe(500)
        expect((await ask(`${path}/report`)).status).toBe(200)
      } finally {
        source.mockRestore()
      }
    })

    it.each(['main', null])('says what was scanned, whatever it is called by now: %s', async (ref) => {
      const { database, zeta } = stage
      const { client } = database
      const { trackedScanId } = await client.repository.findUniqueOrThrow({ where: { id: zeta.pump.id } })
      await client.scan.update({ where: { id: trackedScanId ?? '' }, data: { ref } })
      const made = async () => {
        await client.complianceReport.deleteMany({ where: { repositoryId: zeta.pump.id } })
        const { headers, body } = await ask(`/repositories/${zeta.pump.id}/compliance/report`, zeta.keys.read)
        return { digest: headers['repr-digest'], repository: body.repository, scanId: body.scan.id }
      }
      const change = (facts: { name: string; defaultBranch: string }) =>
        deliver(database, {
          type: 'repository',
          installation: zeta.installationId,
          repository: { ...zeta.pump, ...facts },
          state: 'active',
        })
      const before = await made()
      expect(before).toMatchObject({ scanId: trackedScanId, repository: { name: 'pump', defaultBranch: 'main' } })
      await change({ name: 'renamed', defaultBranch: 'develop' })
      await change({ name: 'renamed-again', defaultBranch: 'develop' })
      const after = await made()
      await change({ name: 'pump', defaultBranch: 'main' })
      expect(after).toEqual(before)
    })

    it('is not there where nothing was scanned, nor for others', async () => {
      expect((await ask(`${empty}/report`)).status).toBe(404)
      for (const part of ['/report', '/reports', '/score', '/audit-trail']) {
        expect((await ask(path + part, stage.zeta.keys.admin)).status).toBe(404)
        expect((await stage.ask(null, path + part)).status).toBe(401)
      }
      expect((await ask(`${path}/report?format=docx`)).status).toBe(400)
      const [one] = (await stage.all(stage.acme.keys.read, `${path}/reports`)) as { id: string }[]
      expect(
        (await ask(`/repositories/${stage.zeta.pump.id}/compliance/reports/${one?.id}`, stage.zeta.keys.read)).status,
      ).toBe(404)
      expect((await ask(`${path}/reports/pump`)).status).toBe(400)
    })
  })

  it('is made of an archived repository too, and while GitHub lets nobody in', async () => {
    const { database, zeta } = stage
    await database.client.complianceReport.deleteMany({ where: { repositoryId: zeta.pump.id } })
    await database.client.repository.update({ where: { id: zeta.pump.id }, data: { archivedAt: new Date() } })
    const blockedUntil = new Date(Date.now() + 3_600_000)
    await database.client.installation.update({ where: { id: zeta.installationId }, data: { blockedUntil } })
    const address = `/repositories/${zeta.pump.id}/compliance/report?format=pdf`
    const jobId = jobOf(await ask(address, zeta.keys.read))
    expect(await new ScanWishes(database).take(10, 0)).toContain(jobId)
    await runReportJob(database, jobId)
    expect((await ask(address, zeta.keys.read)).status).toBe(200)
  })

  it('signs a report, detached', async () => {
    const { headers } = await ask(`${path}/report`)
    const address = `${path}/reports/${headers['x-report-id']}`
    const { status, body } = await ask(`${address}/signature`)
    expect(status).toBe(200)
    const [header = '', between, signature = ''] = body.split('.')
    expect(between).toBe('')
    const key = createPublicKey(SIGNING_KEY)
    const payload = await bytes(address)
    const { protectedHeader } = await flattenedVerify({ protected: header, payload, signature }, key)
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'rosie-report', b64: false })
    payload[0] = 0
    await expect(flattenedVerify({ protected: header, payload, signature }, key)).rejects.toThrow()
  })

  describe('a stored report that was altered', () => {
    /** In place of its row, as whoever has the database can put it: the triggers refuse to change one. */
    const alter = async (change: { content: Uint8Array<ArrayBuffer>; sha256?: string }) => {
      const { complianceReport } = stage.database.client
      const id = String((await ask(`${path}/report?format=markdown`)).headers['x-report-id'])
      const row = await complianceReport.findUniqueOrThrow({ where: { id } })
      await complianceReport.delete({ where: { id } })
      await complianceReport.create({ data: { ...row, ...change } })
      return { id, restore: () => complianceReport.delete({ where: { id } }) }
    }
    const content = Buffer.from('# Compliance report of acme/pump\n\nNothing is missing.\n')
    const sha256 = createHash('sha256').update(content).digest('hex')

    it.each([
      ['in its bytes', { content }],
      ['in its bytes and their digest', { content, sha256 }],
    ])('%s is neither handed out nor signed', async (_, change) => {
      const { id, restore } = await alter(change)
      for (const address of ['/report?format=markdown', `/reports/${id}`, `/reports/${id}/signature`]) {
        const { status, body, headers } = await ask(path + address)
        expect([address, status]).toEqual([address, 500])
        expect(body.detail).toMatch(
          /^What is stored of this report is not what was made: .* neither handed out nor signed/,
        )
        expect(headers).not.toHaveProperty('etag')
        expect(headers).not.toHaveProperty('repr-digest')
      }
      await restore()
      expect((await ask(`${path}/report?format=markdown`)).status).toBe(200)
    })
  })

  it('has the score, with what went into it', async () => {
    const { status, body, headers } = await ask(`${path}/score`)
    expect(status).toBe(200)
    const report = (await ask(`${path}/report`)).body
    expect(body).toMatchObject({ scanId: report.scan.id, ...report.score, ...{ coverage: report.risk.coverage } })
    expect(headers.etag).toMatch(new RegExp(`^"${report.scan.id}-test-[\\w-]{16}"$`))
    expect((await ask(`${empty}/score`)).status).toBe(404)
  })

  it('has what became of the record, page by page', async () => {
    const trail = (await stage.all(stage.acme.keys.read, `${path}/audit-trail`, 3)) as Record<string, unknown>[]
    const revisions = await stage.database.client.artifactRevision.count({
      where: { repositoryId: stage.acme.pump.id },
    })
    expect(trail).toHaveLength(revisions)
    expect(trail[0]).toMatchObject({ change: 'added', commit: expect.stringMatching(/^[0-9a-f]{40}$/) })
    const keys = trail.filter(({ kind }) => kind === 'key')
    expect(keys).toEqual([expect.objectContaining({ change: 'added', path: expect.stringMatching(/^\.gxp\/keys\//) })])
    const only = (await ask(`${path}/audit-trail?path=${trail[0]?.path}`)).body.items
    expect(only).toEqual([trail[0]])
    expect((await ask(`${path}/audit-trail?cursor=AAAA`)).status).toBe(400)
  })

  it('reports the default branch as it is by now, once that is told', async () => {
    const { database, acme } = stage
    const files = await sampleFiles()
    files.set('.gxp/requirements/REQ-900.md', Buffer.from('---\ngxp_id: REQ-900\ntitle: New\nrisk: LOW\n---\nNew.\n'))
    const asked = await new Reports(database).request(
      { id: acme.pump.id, installationId: acme.installationId, scanId: '6b0c1d6e-0000-4000-8000-000000000001' },
      { actor: 'test' },
    )
    const { scanId } = await scanFiles(database, { installation: acme.installationId, repository: acme.pump, files })
    // The new key has it judged once more, which is nothing to this test.
    await database.client.scan.deleteMany({ where: { repositoryId: acme.pump.id, kind: 'tracked', status: 'queued' } })
    await database.client.scan.update({ where: { id: scanId }, data: { status: 'running', completedAt: null } })
    expect(await runReportJob(database, asked)).toEqual({ again: 1_000 })
    await database.client.scan.update({ where: { id: scanId }, data: { status: 'completed', completedAt: new Date() } })
    await database.client.scan.update({ where: { id: asked }, data: { notBefore: null } })
    await runReportJob(database, asked)
    const kept = await database.client.complianceReport.findMany({ where: { scanId }, select: { format: true } })
    expect(kept).toHaveLength(4)
    const { body } = await ask(`${path}/report`)
    expect(body.scan.id).toBe(scanId)
    expect(body.traceability.map(({ id }: { id: string }) => id)).toContain('REQ-900')
  })

  it('counts documents of requirements that have no row', async () => {
    const { database, acme } = stage
    const files = await sampleFiles()
    const add = (name: string, text: string) => files.set(`.gxp/requirements/${name}.md`, Buffer.from(text))
    const document = (id: string, more = '') =>
      `---\ngxp_id: ${id}\ntitle: New\ngxp_risk_rating: LOW\n${more}---\nNew.\n`
    add('REQ-901', document('REQ/901'))
    add('REQ-902', '---\ntitle: Without an id\ngxp_risk_rating: LOW\n---\nNew.\n')
    add('REQ-903', document('REQ-903', 'validation_status: retired\n'))
    add('REQ-904', document('REQ-904'))
    add('REQ-904-again', document('REQ-904'))
    add('reading-list', '---\ntitle: What to read\n---\nNo requirement.\n')
    await scanFiles(database, { installation: acme.installationId, repository: acme.pump, files })
    const { body } = await ask(`${path}/report`)
    const { total, withoutId, retired, sharing, onlyNamed, findings } = body.requirementDocuments
    expect(body.scan.summary.artifacts.requirement).toBe(total)
    expect({ total, withoutId, retired, sharing, onlyNamed }).toEqual({
      ...{ total: 8, withoutId: 2, retired: 1, sharing: 1, onlyNamed: 0 },
    })
    expect(body.traceability).toHaveLength(total - withoutId - retired - sharing)
    const named = body.findings.filter(({ ref }: { ref: string }) => findings.includes(ref))
    expect(named.map(({ rule, path: at }: { rule: string; path: string }) => [rule, at])).toEqual(
      expect.arrayContaining([
        ['artifact/invalid-id', '.gxp/requirements/REQ-901.md'],
        ['artifact/missing-id', '.gxp/requirements/REQ-902.md'],
      ]),
    )
    const markdown = (await bytes(`${path}/report?format=markdown`)).toString()
    expect(markdown).toContain('8 requirement documents, 2 of them without a usable id')
  })
})
