/** Texts by the English that they stand for. `{names}` in both stand for what differs, and `{number}` for digits alone. */
export type Translations = Iterable<readonly [english: string, translated: string]>

interface Pattern {
  /** What stands before, between and behind the values. */
  readonly parts: readonly string[]
  readonly names: readonly string[]
  readonly translated: string
  /** How much of it is not a value: the special is tried before the general. */
  readonly weight: number
}

const PLACEHOLDER = /\{(\w+)\}/g

/** Several words, or a number with its unit: only such a value may be a text of ours itself, and no name. */
const PHRASE = /\p{L} \p{L}|^\d+ \p{L}/u

/** Others' words may be in a text: how long it may be, how many sentences and how many texts within texts are looked at. */
const LONGEST = 4000
const MOST_SENTENCES = 8
const DEEPEST = 4

/**
 * Says texts in another language that were put together in English. The English sentence is the key, so that what was
 * stored long ago is said as well, and what nobody has translated stays as it came.
 */
export class Phrases {
  readonly #whole = new Map<string, string>()
  readonly #patterns: readonly Pattern[]

  constructor(translations: Translations) {
    const patterns: Pattern[] = []
    for (const [english, translated] of translations) {
      if (/\{\w+\}/.test(english)) patterns.push(patternOf(english, translated))
      else this.#whole.set(english, translated)
    }
    this.#patterns = patterns.sort((one, other) => other.weight - one.weight)
  }

  /** The text in this language; as far as it is not known, as it came. Takes a time that grows with its length alone. */
  say(text: string): string {
    return this.#say(text, 0)
  }

  #say(text: string, depth: number): string {
    if (depth > DEEPEST || text.length > LONGEST) return text
    return this.#known(text, depth) ?? this.#bySentences(text, depth) ?? text
  }

  #known(text: string, depth: number): string | undefined {
    const whole = this.#whole.get(text)
    if (whole !== undefined) return whole
    for (const pattern of this.#patterns) {
      const found = valuesIn(text, pattern.parts)
      if (
        found === undefined ||
        !found.every((value, index) => pattern.names[index] !== 'number' || /^\d+$/.test(value))
      )
        continue
      const values = new Map(pattern.names.map((name, index) => [name, found[index] ?? '']))
      return pattern.translated.replace(PLACEHOLDER, (_, name: string) => this.#value(values.get(name) ?? '', depth))
    }
    return undefined
  }

  /** What was put in may be a text of ours itself, with the punctuation that leads to it. */
  #value(text: string, depth: number): string {
    const [, before = '', value = '', after = ''] = /^([\s(:,]*)(.*?)(\)?)$/s.exec(text) ?? []
    return before + (PHRASE.test(value) ? this.#say(value, depth + 1) : value) + after
  }

  /** A known sentence, and then another one or somebody else's words. */
  #bySentences(text: string, depth: number): string | undefined {
    let sentences = 0
    for (const { index } of text.matchAll(/(?<=[.!?:]) /g)) {
      if (++sentences > MOST_SENTENCES) return undefined
      const known = this.#known(text.slice(0, index), depth)
      if (known !== undefined) return `${known} ${this.#say(text.slice(index + 1), depth + 1)}`
    }
    return undefined
  }
}

function patternOf(english: string, translated: string): Pattern {
  // Values that follow one another directly are one value: nothing tells where the first ends.
  const joined = (text: string): string => text.replace(/(\{\w+\})(?:\{\w+\})+/g, '$1')
  const key = joined(english)
  const parts = key.split(/\{\w+\}/)
  const names = [...key.matchAll(PLACEHOLDER)].map(([, name = '']) => name)
  return { parts, names, translated: joined(translated), weight: parts.join('').length }
}

/** The values between the parts, each as short as can be. No regular expression: others' words would decide how long it takes. */
function valuesIn(text: string, [first = '', ...parts]: readonly string[]): string[] | undefined {
  const last = parts.pop() ?? ''
  const end = text.length - last.length
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return undefined
  const values: string[] = []
  let from = first.length
  for (const part of parts) {
    const at = text.indexOf(part, from)
    if (at < 0 || at + part.length > end) return undefined
    values.push(text.slice(from, at))
    from = at + part.length
  }
  return [...values, text.slice(from, end)]
}
