/** Texts by the English that they stand for. `{names}` in both stand for what differs. */
export type Translations = Iterable<readonly [english: string, translated: string]>

interface Pattern {
  readonly matches: RegExp
  readonly names: readonly string[]
  readonly translated: string
  /** How much of it is not a placeholder: the special is tried before the general. */
  readonly weight: number
}

const PLACEHOLDER = /\{(\w+)\}/g

/** Several words: only such a value may be a text of ours itself, and no name. */
const PHRASE = /\p{L} \p{L}/u

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
      if (/\{\w+\}/.test(english)) patterns.push(pattern(english, translated))
      else this.#whole.set(english, translated)
    }
    this.#patterns = patterns.sort((one, other) => other.weight - one.weight)
  }

  /** The text in this language; as far as it is not known, as it came. */
  say(text: string): string {
    return this.#known(text) ?? this.#bySentences(text) ?? text
  }

  #known(text: string): string | undefined {
    const whole = this.#whole.get(text)
    if (whole !== undefined) return whole
    for (const { matches, names, translated } of this.#patterns) {
      const found = matches.exec(text)
      if (found === null) continue
      const values = new Map(names.map((name, index) => [name, found[index + 1] ?? '']))
      return translated.replace(PLACEHOLDER, (_, name: string) => {
        // What was put in may be a text of ours itself, with the punctuation that leads to it.
        const [, before = '', value = '', after = ''] = /^([\s(:,]*)(.*?)(\)?)$/s.exec(values.get(name) ?? '') ?? []
        return before + (PHRASE.test(value) ? this.say(value) : value) + after
      })
    }
    return undefined
  }

  /** A known sentence, and then another one or somebody else's words. */
  #bySentences(text: string): string | undefined {
    for (const { index } of text.matchAll(/(?<=[.!?:]) /g)) {
      const known = this.#known(text.slice(0, index))
      if (known !== undefined) return `${known} ${this.say(text.slice(index + 1))}`
    }
    return undefined
  }
}

function pattern(english: string, translated: string): Pattern {
  const names = [...english.matchAll(PLACEHOLDER)].map(([, name = '']) => name)
  const parts = english.split(/\{\w+\}/)
  const matches = new RegExp(`^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('(.*?)')}$`, 's')
  return { matches, names, translated, weight: parts.join('').length }
}
