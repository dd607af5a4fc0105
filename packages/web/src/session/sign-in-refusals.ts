import type { Language } from '../languages/languages.ts'

interface Trouble {
  readonly title: string
  readonly advice: string
}

const own = <T>(words: Readonly<Record<string, T>>, code: string): T | undefined =>
  Object.hasOwn(words, code) ? words[code] : undefined

/**
 * What to say about the `problem` that the way back from a provider put into the address. An address can be made by anybody,
 * so nothing of it is shown: it only chooses among our own words.
 */
export function signInTrouble(code: string, { texts }: Pick<Language, 'texts'>): Trouble {
  const { other, ...known } = texts.signInRefusals
  return own<Trouble>(known, code) ?? other
}
