/** A commit as a stream for `git fast-import`. https://git-scm.com/docs/git-fast-import */
// @ts-nocheck

import type { CommitRequest } from './git.ts'

/** Null deletes the file. */
export type FileContent = string | Buffer | { symlink: string } | { executable: string | Buffer } | null

export function importStream({ branch, files, message, parent }: CommitRequest): Buffer {
  const now = `${Math.floor(Date.now() / 1000)} +0000`
  const parts: (string | Buffer)[] = [
    // A commit without `from` would go on from the branch's tip: an orphan needs the ref to be fresh.
    parent === null ? `reset refs/heads/${branch}\n` : '',
    `commit refs/heads/${branch}\nmark :1\n`,
    `author Mona Lisa <mona@github.com> ${now}\ncommitter GitHub <noreply@github.com> ${now}\n`,
    ...data(message),
    parent === null ? '' : `from ${parent}\n`,
  ]
  for (const [path, content] of Object.entries(files)) parts.push(...change(path, content))
  parts.push('\nget-mark :1\ndone\n')
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
}

function change(path: string, content: FileContent): (string | Buffer)[] {
  const quoted = `"${path.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`
  if (content === null) return [`D ${quoted}\n`]
  if (typeof content === 'string' || Buffer.isBuffer(content)) return [`M 100644 inline ${quoted}\n`, ...data(content)]
  if ('symlink' in content) return [`M 120000 inline ${quoted}\n`, ...data(content.symlink)]
  return [`M 100755 inline ${quoted}\n`, ...data(content.executable)]
}

const data = (content: string | Buffer) => [`data ${Buffer.byteLength(content)}\n`, content, '\n']
