/**
 * Ordinary repositories, as teams write them, and exactly what is found in each: what is missing is told once, nothing is
 * told that isn't so. The risk matrix is the standard's own, unless GxP.MD says otherwise.
 */
import { generateKeyPairSync } from 'node:crypto'
import { policyIn } from '../../src/scan/policy.ts'
import {
  assessRecord,
  briefly,
  claims,
  type Files,
  found,
  type Given,
  lines,
  record,
  requirement,
  specification,
  unsigned,
} from '../support/record.ts'
import { GXPMD_PROJECT } from './ordinary/gxpmd-project.ts'
import { MONOREPO } from './ordinary/monorepo.ts'
import { PYTHON_SERVICE } from './ordinary/python-service.ts'
import { SERVICES } from './ordinary/services.ts'
import { ACCEPTED, CONTEXT, REGISTER, ROT } from './ordinary/shared.ts'
import { WEB_APPLICATION } from './ordinary/web-application.ts'

/** Judged by the policy that the files themselves make, as on the command line. */
const assessed = (files: Files, given: Given = {}) =>
  assessRecord(files, { policy: policyIn(record(given.base ?? files), null), ...given })

describe('A web application with requirements, stories and specifications only', () => {
  it('is told once each that it has no register, no evidence and older tags', async () => {
    expect(briefly(await assessed(WEB_APPLICATION))).toEqual([
      '.gxp/specs/SPEC-001-001-booking-service.md:2 warning evidence/missing',
      '.gxp/system_context.md:1 warning risk/log-missing',
      'src/booking/booking.service.ts:6 notice annotation/legacy-tag',
    ])
  })

  it('has nothing more to be told once it keeps both', async () => {
    const whole = {
      ...WEB_APPLICATION,
      '.gxp/risk_assessment.log': REGISTER,
      '.gxp/evidence/ROT-SPEC-001-001.md': ROT('SPEC-001-001'),
    }
    expect(briefly(await assessed(whole))).toEqual(['src/booking/booking.service.ts:6 notice annotation/legacy-tag'])
  })

  it('is told once that the whole record was deleted, with all that hung on it', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const base = {
      ...WEB_APPLICATION,
      '.gxp/risk_assessment.log': REGISTER,
      '.gxp/adr/ADR-001-two-scans.md': ACCEPTED,
      '.gxp/evidence/EV-SPEC-001-001.jws': unsigned({ alg: 'ES256' }, claims()),
      '.gxp/keys/qa.pem': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      // No source names these: only the record defines one, and the other is tested through it.
      '.gxp/specs/SPEC-001-002.md': specification('SPEC-001-002', 'parent_id: US-001-001'),
      '.gxp/requirements/REQ-002.md': requirement('REQ-002', 'gxp_risk_rating: HIGH'),
      '.gxp/specs/SPEC-002.md': specification('SPEC-002', 'satisfies: [REQ-002]'),
      '.gxp/specs/SPEC-003.md': specification('SPEC-003', 'satisfies: [REQ-002]', 'test_files: [test/more.test.ts]'),
      'src/more.ts': lines('// @gxp-req REQ-002', '// @gxp-spec SPEC-003', '// @gxp-risk HIGH'),
      'test/more.test.ts': lines(
        '// @gxp-spec SPEC-001-002, SPEC-002',
        '// @trace US-001-001',
        '// @test-type OQ',
        '// @gxp-risk HIGH',
      ),
    }
    const files = Object.fromEntries(Object.entries(base).filter(([path]) => !path.startsWith('.gxp/')))
    const introduced = async (given: Given = {}) =>
      found(await assessed(files, { base, trackedRecord: true, ...given })).filter(
        ({ status }) => status === 'introduced',
      )
    expect(briefly({ findings: await introduced() })).toEqual(['null:null error context/missing'])
    // Unless the policy makes less of that one.
    const policy = { severities: { 'context/missing': 'warning' as const } }
    const all = await introduced({ policy })
    const rules = new Set(all.map(({ rule }) => rule))
    for (const rule of ['annotation/unknown-id', 'trace/unverified-specification', 'policy/keys-changed'])
      expect(rules).toContain(rule)
    const unknown = all.flatMap(({ rule, gxpId }) => (rule === 'annotation/unknown-id' ? (gxpId ?? []) : []))
    for (const id of ['REQ-002', 'US-001-001', 'SPEC-002']) expect(unknown).toContain(id)
  })
})

describe('A Python service of draft-02', () => {
  it('is told of its old forms, once each', async () => {
    expect(briefly(await assessed(PYTHON_SERVICE))).toEqual([
      '.gxp/requirements/REQ-010-next-dose.md:7 notice context/legacy-status',
      '.gxp/risk_assessment.log:2 notice risk/malformed-entry',
      '.gxp/system_context.md:6 notice context/legacy-status',
      'tests/test_steps.py:1 notice annotation/missing-tag',
      'tests/test_steps.py:1 notice annotation/legacy-tag',
    ])
  })
})

describe('A project with a GxP.MD', () => {
  it('has nothing to be told but that it asks for no signed evidence of HIGH', async () => {
    expect(briefly(await assessed(GXPMD_PROJECT))).toEqual(['GxP.MD:9 warning policy/invalid'])
  })

  it('is told of the one tier it lacks', async () => {
    const { 'pq/air_on_the_bench.py': _, ...rest } = GXPMD_PROJECT
    expect(briefly(await assessed(rest))).toEqual([
      '.gxp/requirements/REQ-P-001.md:2 error trace/missing-tier',
      'GxP.MD:9 warning policy/invalid',
    ])
  })
})

describe('A record without any annotation', () => {
  const DOCUMENTS = Object.fromEntries(Object.entries(WEB_APPLICATION).filter(([path]) => path.startsWith('.gxp/')))

  it('beside source without annotations goes by the files that its specifications name', async () => {
    const source = {
      'src/booking/booking.service.ts': 'export class BookingService {}\n',
      'test/booking.spec.ts': "it('books', () => {})\n",
    }
    expect(briefly(await assessed({ ...DOCUMENTS, ...source }))).toEqual([
      '.gxp/requirements/REQ-001-booking.md:2 warning trace/missing-tier',
      '.gxp/specs/SPEC-001-001-booking-service.md:2 warning evidence/missing',
      '.gxp/system_context.md:1 warning risk/log-missing',
    ])
  })

  it('without any source is told of untested requirements, and of the files once', async () => {
    expect(briefly(await assessed(DOCUMENTS))).toEqual([
      '.gxp/requirements/REQ-001-booking.md:2 warning trace/uncovered-requirement',
      '.gxp/specs/SPEC-001-001-booking-service.md:8 warning trace/missing-file',
      '.gxp/system_context.md:1 warning risk/log-missing',
    ])
  })
})

describe('A monorepo', () => {
  it('has nothing to be told', async () => {
    expect(briefly(await assessed(MONOREPO))).toEqual([])
  })
})

describe('A Java service with a Go agent', () => {
  it('has nothing to be told', async () => {
    expect(briefly(await assessed(SERVICES))).toEqual([])
  })
})

describe('Decisions as MADR writes them', () => {
  const madr = (title: string, ...front: string[]) =>
    lines(
      ...(front.length > 0 ? ['---', ...front, '---', ''] : []),
      `# ${title}`,
      '',
      '## Context and Problem Statement',
      '',
      'Readings arrive twice.',
      '',
      '## Decision Drivers',
      '',
      '* No reading is lost',
      '',
      '## Considered Options',
      '',
      '* A table',
      '* A queue',
      '',
      '## Decision Outcome',
      '',
      'Chosen option: "A table", because it is there.',
      '',
      '### Consequences',
      '',
      '* Good, because nothing new is needed',
    )

  it('need a status and a name with their number; templates need neither', async () => {
    const files = {
      ...SERVICES,
      '.gxp/adr/ADR-001-keep-readings-in-a-table.md': madr(
        'Keep readings in a table',
        'status: accepted',
        'date: 2026-01-15',
      ),
      '.gxp/adr/ADR-002-mark-late-readings.md': madr('Mark late readings'),
      '.gxp/adr/0003-nygard.md': ACCEPTED,
      '.gxp/adr/template.md': '# {title}\n\n## Status\n\n{proposed | accepted}\n',
    }
    expect(briefly(await assessed(files))).toEqual([
      '.gxp/adr/0003-nygard.md:1 warning adr/file-name',
      '.gxp/adr/ADR-002-mark-late-readings.md:1 warning adr/malformed',
    ])
  })
})

describe('A record just begun', () => {
  it('with the system context alone is told of the register', async () => {
    expect(briefly(await assessed({ '.gxp/system_context.md': CONTEXT, 'src/main.ts': 'export {}\n' }))).toEqual([
      '.gxp/system_context.md:1 warning risk/log-missing',
    ])
  })

  it('with empty directories is told of the register', async () => {
    const kept = ['requirements', 'user_stories', 'specs', 'evidence', 'adr']
    const empty = Object.fromEntries(kept.map((name) => [`.gxp/${name}/.gitkeep`, '']))
    expect(
      briefly(await assessed({ '.gxp/system_context.md': CONTEXT, '.gxp/README.md': '# Hi\n', ...empty })),
    ).toEqual(['.gxp/system_context.md:1 warning risk/log-missing'])
  })

  it('with its first requirement is told that nothing tests it', async () => {
    const files = {
      '.gxp/system_context.md': CONTEXT,
      '.gxp/requirements/REQ-001.md': WEB_APPLICATION['.gxp/requirements/REQ-001-booking.md'],
    }
    expect(briefly(await assessed(files))).toEqual([
      '.gxp/requirements/REQ-001.md:2 warning trace/uncovered-requirement',
      '.gxp/system_context.md:1 warning risk/log-missing',
    ])
  })
})
