/** XML written as text: what stands in it says the same to whoever parses it. XML 1.0, sections 2.2, 2.4 and 3.3.3. */

/** Marks, and what XML has no place for, not even as a reference: control characters, lone surrogates, U+FFFE, U+FFFF. */
const IN_TEXT = /[&<>]|[\p{Cc}\p{Cs}\ufffe\uffff](?<![\t\n\u007f-\u009f])/gu
const IN_VALUE = /[&<>"\t\n]|[\p{Cc}\p{Cs}\ufffe\uffff](?<![\u007f-\u009f])/gu

/** White space as references: else a carriage return is read as a line feed, and any in a value as a blank. */
const WRITTEN: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\t', '&#9;'],
  ['\n', '&#10;'],
  ['\r', '&#13;'],
])

const write = (c: string) => WRITTEN.get(c) ?? '\uFFFD'

/** Text between tags. */
export const xmlText = (text: string): string => text.replace(IN_TEXT, write)

/** The beginning of a tag, without its end: `<name one="1" two="2"`. */
export function xmlTag(name: string, attributes: Readonly<Record<string, string | number>>): string {
  let tag = `<${name}`
  for (const [attribute, value] of Object.entries(attributes))
    tag += ` ${attribute}="${typeof value === 'number' ? value : value.replace(IN_VALUE, write)}"`
  return tag
}
