/** The committed migrations and prisma/schema.prisma say the same. */
// @ts-nocheck

import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

function author(folder: string, argument: string): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    execFile(process.execPath, ['prisma/migration.mjs', argument], { cwd: folder }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, output: stdout + stderr })
    })
  })
}

describe('npm run migration', () => {
  it('finds no difference between the migrations and the schema', async () => {
    expect(await author('.', '--check')).toEqual({ code: 0, output: expect.stringContaining('agree') })
  })

  it('writes the next migration, and leaves alone what was added by hand', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'schema-'))
    try {
      cpSync('prisma', join(folder, 'prisma'), { recursive: true })
      symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
      const schema = join(folder, 'prisma/schema.prisma')
      writeFileSync(schema, readFileSync(schema, 'utf8').replace('model Installation {', '$&\n  plan String?'))

      const lagging = await author(folder, '--check')
      expect(lagging.code).toBe(1)
      expect(await author(folder, 'plan')).toMatchObject({ code: 0 })
      const migrations = join(folder, 'prisma/migrations')
      const written = readdirSync(migrations).find((name) => name.endsWith('_plan')) ?? ''
      const statements = readFileSync(join(migrations, written, 'migration.sql'), 'utf8').replace(/^--.*$/gm, '')
      expect(statements.trim()).toBe('ALTER TABLE "installation" ADD COLUMN     "plan" TEXT;')
      expect(lagging.output).toContain(statements.trim())
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('refuses a name that is none', async () => {
    expect(await author('.', '../etc')).toEqual({ code: 2, output: expect.stringContaining('Usage') })
  })
})
