/** The command line as these tests call it: one run, with what it writes and its exit code. */
import { run } from '../../src/cli/program.ts'

export async function guard(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' }
  const code = await run(args, {
    out: (text) => {
      written.out += text
    },
    err: (text) => {
      written.err += text
    },
    colour: false,
  })
  return { code, ...written }
}
