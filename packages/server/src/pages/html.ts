/** HTML that needs no escaping any more. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** A template whose values are escaped, unless they are markup already. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | Markup | undefined)[]
): Markup {
  return new Markup(
    parts.reduce((text, part, index) => {
      const value = values[index - 1]
      return text + (value instanceof Markup ? value.text : escaped(String(value ?? ''))) + part
    }),
  )
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

/** Data for a script: JSON in which no tag can end the script element. */
export function scriptData(value: unknown): Markup {
  return new Markup(
    JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
    }),
  )
}
