/** Where GitHub sends people back who sign in: an address that the settings of the GitHub App have to name. */
export const CALLBACK_PATH = '/auth/callback'

/** Where a browser goes after that: a path of this server and nowhere else. Null for anything that is none. */
export function returnPath(text: string): string | null {
  // Browsers read `\` as `/`, and drop tabs and line breaks; `//host` is another server.
  if (!/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(text) || text.length > 1_000) return null
  const url = new URL(text, 'http://here')
  return url.host === 'here' ? url.pathname + url.search + url.hash : null
}
