/**
 * What the Dockerfile puts into the image is all that the app reads at run time: copied as its last stage says, away from
 * this repository, the built app starts there, prints and answers. Packages are as they are here, but for those that only
 * building needs: nothing may import them.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startApp } from './support/app.ts'
import { GitHub } from './support/github/index.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const text = (name: string) => readFileSync(join(ROOT, name), 'utf8')
const run = promisify(execFile)

/** Of what is no file of ours. */
const IMPORTS = /^(?:import|export)\s+(?:[\w\s{},*$]+\sfrom\s+)?['"]([^.'"][^'"]*)['"]/gm

interface Copied {
  from: 'context' | 'build'
  sources: string[]
  to: string
}

/** The COPY lines of a stage. What an earlier stage built lies where it lies in this repository. */
const copiedIn = (stage: string): Copied[] =>
  [...stage.matchAll(/^COPY (?:--from=(\w+) )?(.+)$/gm)].map(([, from, paths = '']) => {
    const parts = paths.split(' ').map((path) => path.replace(/^\/app\//, ''))
    return { from: from ? 'build' : 'context', sources: parts.slice(0, -1), to: parts.at(-1) ?? '' }
  })

const stages = text('Dockerfile').split(/^FROM .+$/m)
const copied = copiedIn(stages.at(-1) ?? '')

describe('The image', () => {
  const image = mkdtempSync(join(tmpdir(), 'image-'))
  beforeAll(() => {
    for (const { sources, to } of copied) {
      for (const source of sources) {
        const target = join(image, to === './' ? source : to)
        if (source === 'node_modules') symlinkSync(join(ROOT, source), target)
        else {
          mkdirSync(join(target, '..'), { recursive: true })
          cpSync(join(ROOT, source), target, { recursive: true })
        }
      }
    }
  })
  afterAll(() => rmSync(image, { recursive: true, force: true }))

  it('starts, applies its migrations and describes itself', async () => {
    const github = await GitHub.start()
    const app = await startApp({ environment: github.environment, main: join(image, 'dist/main.js') })
    try {
      const answers = await Promise.all(
        ['/readyz', '/api/v1/openapi.json', '/api/docs/', '/metrics'].map((path) => fetch(app.url + path)),
      )
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    } finally {
      await app.remove()
      await github.close()
    }
  })

  it('prints reports, registers the app, and has its command line', async () => {
    const script = `
      import { renderPdf } from './dist/report/pdf/pdf.js'
      import { readAppManifest } from './dist/api/setup/manifest.js'
      readAppManifest()
      const paper = { title: 'Dose 用量', running: '', footing: '', asOf: '2026-11-22T12:00:00.000Z', blocks: [] }
      process.stdout.write((await renderPdf(paper)).subarray(0, 5))`
    expect((await run(process.execPath, ['--input-type=module', '-e', script], { cwd: image })).stdout).toBe('%PDF-')
    const { stdout } = await run(process.execPath, ['dist/cli.js', '--version'], { cwd: image })
    expect(stdout.trim()).toBe(JSON.parse(text('package.json')).version)
  })

  it('can be built: nothing that is copied is kept from Docker', () => {
    const allowed = [...text('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path = '']) => path)
    const wanted = stages.flatMap(copiedIn).filter(({ from }) => from === 'context')
    const paths = wanted.flatMap(({ sources }) => sources)
    expect(paths.length).toBeGreaterThan(5)
    expect(paths.filter((path) => !allowed.some((one) => path === one || path.startsWith(`${one}/`)))).toEqual([])
  })

  it('needs no package that is left out of it', () => {
    const { dependencies } = JSON.parse(text('package.json')) as { dependencies: Record<string, string> }
    const dist = join(ROOT, 'dist')
    const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'))
    const imported = files
      .filter((file) => statSync(join(dist, file)).isFile())
      .flatMap((file) => [...readFileSync(join(dist, file), 'utf8').matchAll(IMPORTS)])
      .map(([, specifier = '']) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier)
    const needed = [...new Set(imported)].filter((name) => !/^node:/.test(name) && !builtinModules.includes(name))
    expect(needed).toContain('pdfkit')
    expect(needed.filter((name) => !(name in dependencies))).toEqual([])
  })
})
