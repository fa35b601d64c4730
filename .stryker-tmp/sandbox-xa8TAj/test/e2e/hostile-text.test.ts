// @ts-nocheck
import type { Annotation, CheckRun, Files } from '../support/github/index.ts'
import { CONTEXT, RECORD } from './record.ts'
import { useWorld } from './world.ts'

/** What people write into a repository is shown as text, and never acts: GitHub refuses none of it, and nobody is called. */
describe('text from a repository', () => {
  const world = useWorld()

  it.each(
    Object.entries({
      mentions: '@acme/security @octocat and mona@example.com',
      references: '#1 GH-2 acme/lab#3 acme/lab@0123456789abcdef0123456789abcdef01234567',
      HTML: '<img src=x onerror=alert(1)><details><summary>&lt;b&gt;</summary></details><script>1</script>',
      'HTML comments': '<!-- rosie-guard --> --> <!--',
      'a Markdown table': '| a | b |',
      links: '[click](https://evil.example/) ![x](https://evil.example/x.png) https://evil.example www.evil.example',
      'code spans': '``` `a` ``` ~~~ `` @acme/security ``',
      'bidirectional control': '\u202eevil\u202c \u2066isolate\u2069 \u200b\ufeff\u{e0041}',
      'terminal control': '\u009b31mred \u0085',
      '70,000 bytes': 'long '.repeat(14_000),
      '70,000 bytes of wide letters': '試'.repeat(23_400),
    }),
  )('with %s in every field stays text', async (_, hostile) => {
    const repository = await world.scanned(RECORD)
    await repository.commit('change', recordSaying(hostile))
    const pull = await repository.openPull({ head: 'change' })
    const check = await world.check(repository, pull.head.sha)
    const { body } = await world.comment(pull)
    expect(check.conclusion).toBe('failure')
    expect(check.annotations.length).toBeGreaterThan(5)
    expectHarmless(check, body)
  })

  it('in the names of files stays text, and the files are judged as others', async () => {
    const names = [
      '@acme/security',
      '`code` | <b>',
      '<!-- rosie-guard -->',
      '[x](https:evil.example)',
      '\u202egpj.SPEC',
      'ünï 試',
      '-rf *',
      'a\'b"c\\d',
      'line\nbreak',
    ]
    const files = names.map((name) => [`.gxp/specs/SPEC-9 ${name}.md`, `---\ngxp_id: ${JSON.stringify(name)}\n---\n`])
    const repository = await world.scanned(RECORD)
    await repository.commit('change', Object.fromEntries(files))
    const pull = await repository.openPull({ head: 'change' })
    const check = await world.check(repository, pull.head.sha)
    const { body } = await world.comment(pull)
    const annotated = new Set(check.annotations.map(({ path }) => path))
    expect([...annotated].filter((path) => path.includes('SPEC-9')).sort()).toEqual(files.map(([path]) => path).sort())
    expectHarmless(check, body)
  })
})

/** A record of which every field, id and reference says this. */
function recordSaying(hostile: string): Files {
  const said = JSON.stringify(hostile) // is a YAML scalar in double quotes, too
  const fields = (...names: string[]) => names.map((name) => `${name}: ${said}\n`).join('')
  const document = (id: string, more: string) =>
    `---\ngxp_id: ${id}\n${fields('title', 'gxp_risk_rating', 'validation_status', 'description', 'verification_tier')}${more}---\n\n${hostile}\n`
  return {
    '.gxp/system_context.md': CONTEXT.replace(
      /^(version|gxp_risk_rating|validation_status|project_name): .*$/gm,
      (_, name) => `${name}: ${said}`,
    ),
    '.gxp/requirements/REQ-001-rate.md': document('REQ-001', fields('risk_level', 'satisfies')),
    '.gxp/requirements/REQ-002-odd.md': document(said, fields('acceptance_criteria')),
    '.gxp/user_stories/US-001-001-rate.md': document('US-001-001', fields('parent_id', 'as_a', 'i_want', 'so_that')),
    '.gxp/specs/SPEC-001-001-rate.md': document('SPEC-001-001', fields('parent_id', 'test_files', 'source_files')),
    '.gxp/specs/SPEC-001-002-cut.md': `---\ngxp_id: SPEC-001-002\ntitle: ${hostile}\n parent_id: [${hostile}\n---\n`,
    '.gxp/evidence/EV-001.jws': [{ alg: hostile, kid: hostile }, { spec_id: hostile }, hostile]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.'),
    'src/rate.ts': `/**\n * @gxp-spec ${hostile}\n * @gxp-risk ${hostile}\n * @gxp-implements SPEC-404, ${hostile}\n */\nexport const rate = 1\n`,
  }
}

/** GitHub looks for mentions, references and links in the text as people see it: outside of code, entities resolved. */
function expectHarmless({ output, annotations }: CheckRun, comment: string): void {
  for (const markdown of [output.summary ?? '', comment]) {
    const prose = proseOf(markdown)
    expect(prose).not.toMatch(/<(?!\/?sub>)/)
    expect(
      prose.replaceAll(/(?<!\\)\[[^\]]*\]\(http:\/\/127\.0\.0\.1:\d+\/acme\/[\w-]+\/pull\/\d+\/checks\)/g, ''),
    ).not.toMatch(/(?<!\\)\]\(/)
    expectInert(markdown.replace(/^<!-- rosie-guard -->/, ''), prose)
  }
  expectInert(output.title ?? '', output.title ?? '')
  for (const { message, title = '' } of annotations as Annotation[]) expectInert(message + title, message + title)
}

function expectInert(whole: string, prose: string): void {
  const plain = resolved(prose)
  expect(plain).not.toMatch(/@[a-z0-9]/i)
  expect(plain).not.toMatch(/(^|\W)(#|GH-)\d/)
  expect(plain.replaceAll(/http:\/\/127\.0\.0\.1:\d+\//g, '')).not.toMatch(/:\/\/|www\./)
  expect(whole).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\ufeff\u0080-\u009f]|\udb40/)
}

/** Without code spans (GFM 6.1: the same number of backticks on both sides) and our own marker. */
const proseOf = (markdown: string) =>
  markdown
    .replace(/^<!-- rosie-guard -->/, '')
    .replaceAll(/<code>[^<]*<\/code>/g, '')
    .replaceAll(/(?<![\\`])(`+)(?!`)(?:.*?[^`])\1(?!`)/g, '')

/** As rendered: backslashes and entities are gone. */
const resolved = (prose: string) =>
  prose
    .replaceAll(/\\(?=[!-/:-@[-`{-~])/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
