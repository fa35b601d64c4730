/**
 * Paths that a manifest names. They are only ever looked up among the package's own files, never resolved, so nothing
 * outside is reached; what could mean another file on another system is refused, and said so. RFC-001, "Evidence
 * packages".
 */

/** What is wrong with a path as such, as the end of a sentence that begins with the path; null when nothing is. */
export function pathFault(path: string): string | null {
  if (path === '') return 'is empty: it names no file'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'contains a control character, which no file of a package has'
  if (path.includes('\\')) return 'contains a backslash: write `/` between directories'
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path))
    return 'is absolute: paths in a manifest are relative to the package'
  const segments = path.split('/')
  if (segments.includes('..')) return 'leads out of its directory (`..`): only files of the package can be listed'
  if (segments.includes('.') || segments.includes('')) return 'has an empty part or `.`: write the path without it'
  return null
}

/**
 * What file systems that ignore case or the form of Unicode take for one name. Compatibility forms are folded too: a
 * fullwidth full stop looks like a dot and is none.
 */
export const foldedPath = (path: string): string =>
  /^[ -~]*$/.test(path) ? path.toLowerCase() : path.normalize('NFKC').toLowerCase().normalize('NFKC')

/** A path as messages show it: whole, unless no one would read it. */
export const shownPath = (path: string): string => (path.length > 200 ? `${path.slice(0, 199)}…` : path)
