/**
 * Text from a repository on its way to a person: nothing in it acts on the display, and nothing in it makes GitHub
 * notify someone or link somewhere. Knows no Markdown; see markdown.ts for that.
 */

/**
 * Characters that do something instead of standing for something: controls (terminal escapes), lone surrogates, line
 * separators, and Unicode's format characters, with the bidi overrides ("Trojan Source", CVE-2021-42574), invisible and
 * tag characters among them. The joiners U+200C and U+200D stay: scripts and emoji need them. So do line feeds and tabs.
 * What stays is told after the match: asked before each character, it takes ten times as long.
 */
const ACTING = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}](?<![\n\t\u200c-\u200d])/gu

/** Acting characters spelled out (`\u{202E}`); line feeds and tabs stay. */
export function visible(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(ACTING, (c) => `\\u{${c.codePointAt(0)?.toString(16).toUpperCase()}}`)
}

/** JSON for files and terminals: acting characters as escapes, which are the same to whoever reads JSON. */
export function jsonText(value: unknown): string {
  const escaped = (c: string) =>
    [...Array(c.length).keys()].map((at) => `\\u${c.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
  return `${JSON.stringify(value, null, 2).replace(ACTING, escaped)}\n`
}

/** One line: white space collapsed, the rest visible, at most `maxLength` UTF-16 units. */
export function oneLine(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  return shorten(visible(text.replace(/\s+/g, ' ').trim()), maxLength)
}

/** At most `maxLength` UTF-16 units, the last one `…` where something was cut; never half a surrogate pair. */
export function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  const kept = text.slice(0, maxLength - 1)
  return `${kept.replace(/[\ud800-\udbff]$/, '')}…`
}

/** At most `maxBytes` bytes of UTF-8, ending with `…` where something was cut; never half a character. */
export function shortenBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxBytes) return text
  const ellipsis = 3
  // A decoder in streaming mode keeps an unfinished character back.
  return `${new TextDecoder().decode(bytes.subarray(0, maxBytes - ellipsis), { stream: true })}…`
}

/** Word joiner: no width, no line break, and no part of any name, number or address that GitHub looks for. */
export const JOINER = '\u2060'

/**
 * Breaks up what GitHub turns into mentions, references, links and emoji. It looks for them in the rendered text, where
 * backslashes and entities are gone (github/cmark-gfm#181: `\@`, `&#64;`, `\#1` and `&#35;1` still link), so that only
 * a character in between helps; Dependabot and Renovate do the same with U+200B.
 */
export function defuse(text: string): string {
  return (
    text
      // Mentions, e-mail addresses and `owner/repo@sha`. Also at the end, where a name might follow.
      .replaceAll('@', `@${JOINER}`)
      // `#1`, `owner/repo#1`, `GH-1`
      .replace(/#(?=\d|$)/g, `#${JOINER}`)
      .replace(/\b(GH-)(?=\d)/gi, `$1${JOINER}`)
      // Bare addresses: GFM's autolink extension wants `://` or `www.`
      .replace(/:(?=\/\/)/g, `:${JOINER}`)
      .replace(/\b(www)(?=\.)/gi, `$1${JOINER}`)
      // Commits: at least 7 hex digits that are a word
      .replace(/\b[0-9a-f]{7,}\b/gi, (hex) => hex.replace(/.{6}(?=.)/g, `$&${JOINER}`))
      .replace(/:(?=[\w+-]+:)/g, `:${JOINER}`)
  )
}
