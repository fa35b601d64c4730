/** HTML with every value escaped: what is put into the template is text, unless it is itself a piece of HTML. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A tag for template literals; null and false leave nothing. */
export function html(strings: TemplateStringsArray, ...values: (Html | string | number | null | false)[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(toText)))
}

const toText = (value: Html | string | number | null | false): string =>
  value instanceof Html ? value.text : value === null || value === false ? '' : escapeHtml(String(value))

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const escapeHtml = (value: string) => value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
