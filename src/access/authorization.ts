/** What a request says of who sends it. */

/**
 * The key in an `Authorization` header: as bearer token (RFC 6750), or as the password of HTTP Basic (RFC 7617), which
 * browsers ask for; the user's name is not looked at. Empty where the header holds no key; null where there is none.
 */
export function keyIn(authorization: string | undefined): string | null {
  if (authorization === undefined || authorization === '') return null
  const [, scheme = '', credentials = ''] = /^(\w+) +([\w.~+/=-]+) *$/.exec(authorization) ?? []
  if (scheme.toLowerCase() === 'bearer') return credentials
  return scheme.toLowerCase() === 'basic' ? passwordIn(credentials) : ''
}

function passwordIn(credentials: string): string {
  const text = Buffer.from(credentials, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? '' : text.slice(colon + 1)
}
