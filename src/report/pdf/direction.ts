/**
 * Lines with words that are written from right to left, in the order in which they are set: the implicit part of Unicode's
 * bidirectional algorithm (UAX #9), for a line that runs from left to right itself. The explicit part has nothing to do,
 * since characters that turn text around are spelled out. Readers of PDF expect the order in which a line is seen, and turn it
 * back: one that is also told as it is meant (ActualText) is turned once too often by some (Poppler).
 */

const SCRIPTS = String.raw`\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}`
const RIGHT = new RegExp(`[${SCRIPTS}]`, 'u')

/** Words of those scripts with their marks and joiners, numbers with their signs, other letters, and each other character. */
const TOKENS = new RegExp(
  String.raw`(?<right>[${SCRIPTS}][${SCRIPTS}\p{M}\u200c\u200d]*)` +
    String.raw`|(?<number>[#$%£¥€°]*\p{Nd}+(?:[.,:/+-]\p{Nd}+)*[#$%£¥€°]*)|(?<left>\p{L})|[^]`,
  'gu',
)

interface Token {
  kind: 'right' | 'number' | 'left' | 'neutral'
  text: string
}

/** What is set one after the other. A word that runs from right to left is a part by itself, which its font turns. */
export function inOrder(line: string): string[] {
  if (!RIGHT.test(line)) return [line]
  const ordered: Token[] = []
  // What runs from right to left, and what follows it of which that isn't known yet.
  let turning: Token[] = []
  let after: Token[] = []
  for (const token of bracketed(tokensOf(line))) {
    const goesOn = token.kind === 'right' || (token.kind === 'number' && turning.length > 0) || closes(token, turning)
    if (goesOn) {
      turning.push(...after.splice(0), token)
    } else if (token.kind === 'neutral') {
      const group = turning.length > 0 ? after : ordered
      group.push(token)
    } else {
      ordered.push(...turned(turning), ...after, token)
      turning = []
      after = []
    }
  }
  return joined([...ordered, ...turned(turning), ...after])
}

const tokensOf = (line: string): Token[] =>
  [...line.matchAll(TOKENS)].map(({ 0: text, groups = {} }) => ({
    kind: groups.right ? 'right' : groups.number ? 'number' : groups.left ? 'left' : 'neutral',
    text,
  }))

const OPENING = /^[([{]$/
const CLOSING = /^[)\]}]$/

/** Brackets around something that runs from left to right do so as well (rule N0). */
function bracketed(tokens: readonly Token[]): Token[] {
  const read = [...tokens]
  const open: { at: number; text: string; left: boolean }[] = []
  for (const [at, { kind, text }] of tokens.entries()) {
    if (OPENING.test(text)) open.push({ at, text, left: false })
    else if (CLOSING.test(text) && open.at(-1)?.text === MIRRORED[text]) {
      const { at: from = 0, left = false } = open.pop() ?? {}
      const around = open.at(-1)
      if (left && around) around.left = true
      if (left) for (const bracket of [from, at]) read[bracket] = { kind: 'left', text: tokens[bracket]?.text ?? '' }
    }
    const innermost = open.at(-1)
    if (kind === 'left' && innermost) innermost.left = true
  }
  return read
}

const MIRRORED: Readonly<Record<string, string>> = {
  ...{ '(': ')', ')': '(', '[': ']', ']': '[', '{': '}', '}': '{', '<': '>', '>': '<', '«': '»', '»': '«' },
}

/** A bracket that was opened in these. */
function closes({ text }: Token, tokens: readonly Token[]): boolean {
  if (!CLOSING.test(text)) return false
  const count = (bracket: string | undefined) => tokens.filter((token) => token.text === bracket).length
  return count(MIRRORED[text]) > count(text)
}

const turned = (tokens: readonly Token[]): Token[] =>
  tokens.toReversed().map((token) => ({ ...token, text: MIRRORED[token.text] ?? token.text }))

function joined(tokens: readonly Token[]): string[] {
  const parts: string[] = []
  let open = false
  for (const { kind, text } of tokens) {
    if (kind !== 'right' && open) parts[parts.length - 1] += text
    else parts.push(text)
    open = kind !== 'right'
  }
  return parts
}
