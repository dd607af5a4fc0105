/** A text whose form depends on a number: one entry per plural form of the language (Unicode CLDR). */
export type Plural = { readonly [form in Intl.LDMLPluralRule]?: string } & { readonly other: string }

/** Texts by key, in groups. */
export interface Catalogue {
  readonly [key: string]: string | Plural | Catalogue
}

/** The `{names}` in a text. */
type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never

type Values<Name extends string> = { readonly [name in Name]: string | number }

/** Texts ready to be said: those with `{names}` are functions of their values. */
export type Words<Part> = Part extends string
  ? [Names<Part>] extends [never]
    ? string
    : (values: Values<Names<Part>>) => string
  : Part extends { readonly other: infer Text extends string }
    ? (values: Values<Names<Text> | 'count'>) => string
    : { readonly [key in keyof Part]: Words<Part[key]> }

/** What another language has to say: the same keys, and a plural where there is one. */
export type Translation<Part> = Part extends string
  ? string
  : Part extends { readonly other: string }
    ? Plural
    : { readonly [key in keyof Part]: Translation<Part[key]> }

/** Makes texts ready to be said in a language. Numbers are written as that language writes them. */
export function wordsOf<const Part extends Catalogue>(part: Part, language: string): Words<Part> {
  const numbers = new Intl.NumberFormat(language)
  const forms = new Intl.PluralRules(language)
  const filled = (text: string, values: Values<string>) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name]
      return typeof value === 'number' ? numbers.format(value) : (value ?? whole)
    })
  const ready = (entry: string | Plural | Catalogue): unknown => {
    if (typeof entry === 'string') {
      return /\{\w+\}/.test(entry) ? (values: Values<string>) => filled(entry, values) : entry
    }
    if (isPlural(entry)) {
      return (values: Values<string>) => filled(entry[forms.select(Number(values['count']))] ?? entry.other, values)
    }
    return Object.fromEntries(Object.entries(entry).map(([key, one]) => [key, ready(one)]))
  }
  return ready(part) as Words<Part>
}

/** Whether an entry is one text with several forms, and not a group of texts. */
export function isPlural(entry: Plural | Catalogue): entry is Plural {
  return typeof entry['other'] === 'string'
}
