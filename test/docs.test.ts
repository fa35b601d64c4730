/** What the pages say about the code, held against the code. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generatedPages } from '../docs/pages.ts'
import { readAppManifest } from '../src/api/setup/manifest.ts'
import { describeConfig } from '../src/config.ts'
import { jsonReport } from '../src/report/json.ts'
import { RULES } from '../src/rosie/rules/index.ts'
import { pageName, rulesPage } from '../src/rosie/rules/page.ts'
import { assessment, finding } from './report/sample.ts'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const DOCS = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
const PAGES = ['README.md', ...DOCS.map((name) => `docs/${name}`)].filter((path) => path.endsWith('.md'))

describe('The pages that come from the code', () => {
  const pages = generatedPages()

  it.each([...pages.keys()])('docs/%s is what the code says (npm run docs)', (name) => {
    expect(existsSync(join(ROOT, 'docs', name)) && text(`docs/${name}`)).toBe(pages.get(name))
  })

  it('has a page for each rule, and no page of a rule that is gone', () => {
    const names = readdirSync(join(ROOT, 'docs/rules'))
    expect(names.sort()).toEqual(RULES.map(({ id }) => pageName(id)).sort())
  })
})

describe('docs/rules.md', () => {
  it('has a line for every rule, with its severity', () => {
    const lines = rulesPage().split('\n')
    for (const { id, severity, about } of RULES) {
      expect(lines).toContainEqual(
        expect.stringMatching(new RegExp(`^- \\[\`${id}\`\\]\\(rules/${pageName(id)}\\) is an? ${severity}\\. `)),
      )
      expect(about).toMatch(/^[A-Z`].*\.$/)
    }
  })
})

describe.each(PAGES)('%s', (page) => {
  it('links to files and headings that are there', () => {
    const links = [...text(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = '']) => target)
    const dead = links.filter((target) => {
      const [file, anchor] = target.split('#')
      const path = file ? join(dirname(page), file) : page
      return !existsSync(join(ROOT, path)) || (anchor !== undefined && !anchorsOf(text(path)).includes(anchor))
    })
    expect(dead).toEqual([])
  })

  it('names scripts of package.json only', () => {
    const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> }
    const named = [...text(page).matchAll(/\bnpm (?:run (\w+(?::\w+)*)|(start|test)\b)/g)].map(
      ([, run, alone]) => run ?? alone,
    )
    expect(named.filter((name) => name === undefined || !(name in scripts))).toEqual([])
  })

  it('names variables that the server reads', () => {
    const known = describeConfig().map(({ name }) => name)
    const set = [...text(page).matchAll(/\b([A-Z][A-Z_]{3,})=/g)].map(([, name = '']) => name)
    const others = ['CI', 'NODE_EXTRA_CA_CERTS']
    expect(set.filter((name) => !known.includes(name) && !others.includes(name))).toEqual([])
  })
})

describe('.env.example', () => {
  it('lists every variable with its default', () => {
    const lines = text('.env.example')
      .split('\n')
      .filter((line) => /^#?[A-Z_]+=/.test(line))
    const expected = describeConfig().map(({ name, default: fallback }) => `#${name}=${fallback ?? ''}`)
    expect([...lines].sort()).toEqual(expected.sort())
  })
})

describe('docs/installation.md', () => {
  const page = text('docs/installation.md')
  const manifest = readAppManifest()

  it.each(Object.entries(manifest.default_permissions))('gives a reason for %s: %s', (permission, access) => {
    expect(page).toMatch(new RegExp(`^\\| \`${permission}\` +\\| ${access} +\\| \\w+`, 'm'))
  })

  it.each(manifest.default_events)('says what %s leads to', (event) => {
    expect(page).toMatch(new RegExp(`^\\| \`${event}\` +\\| [\\w"]+`, 'm'))
  })

  it('names no other permissions and events', () => {
    const named = [...page.matchAll(/^\| `(\w+)`/gm)].map(([, name = '']) => name)
    const known = [...Object.keys(manifest.default_permissions), ...manifest.default_events]
    // Every app gets these two.
    const given = ['installation', 'installation_repositories']
    expect(named.filter((name) => !known.includes(name) && !given.includes(name))).toEqual([])
  })
})

describe('The JSON contract in README.md', () => {
  it('has exactly the fields of the report', () => {
    const contract = /^\{ "schemaVersion"[\s\S]*?^```/m.exec(text('README.md'))?.[0] ?? ''
    const documented = [...contract.matchAll(/"(\w+)"/g)].map(([, name = '']) => name)
    const outcome = { conclusion: 'success', findings: { error: 0, warning: 0, notice: 0 } } as const
    const ignored = [{ finding: finding(), reason: 'Replaced in May', expires: '2026-05-31' }]
    const preview = { ...outcome, before: outcome, changes: ['`fail_on` becomes `never`.'] }
    const report = jsonReport(assessment([finding()], { ignored, preview }))
    expect(new Set(documented)).toEqual(new Set(fieldsOf(report)))
  })
})

/** As GitHub makes them: lower case, spaces become hyphens, other punctuation goes. */
function anchorsOf(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

function fieldsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(fieldsOf)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => [name, ...fieldsOf(member)])
}
