import { errorCatalogue, isErrorCode } from '@evergrant/core'
import { providerTexts } from '@evergrant/providers'
import { sentences } from '../accounts/sentences.ts'
import { refusals, titleOf } from '../problem.ts'
import { Phrases, type Translations } from './phrases.ts'
import type { ServerWords } from './server-words.ts'
import type { Say } from './spoken-fields.ts'

/** What the server says in other languages than English. A new one is its file and a line here. */
const loaders: Readonly<Record<string, () => Promise<ServerWords>>> = {
  de: async () => (await import('./german.ts')).german,
}

/** The languages of the API's texts for people. Each is loaded when somebody asks for it first. */
export class Languages {
  /** BCP 47. */
  readonly tags: readonly string[] = ['en', ...Object.keys(loaders)]
  readonly #loaded = new Map<string, Promise<Phrases>>()

  /** What says texts in a language. Undefined: they stay as they are, in English. */
  async speaker(tag: string): Promise<Say | undefined> {
    const load = Object.hasOwn(loaders, tag) ? loaders[tag] : undefined
    if (load === undefined) return undefined
    const phrases = this.#loaded.get(tag) ?? phrasesOf(tag, load)
    this.#loaded.set(tag, phrases)
    const known = await phrases
    return (text) => known.say(text)
  }
}

async function phrasesOf(tag: string, load: () => Promise<ServerWords>): Promise<Phrases> {
  const [words, ofProviders] = await Promise.all([load(), providerTexts(tag)])
  return new Phrases([...(ofProviders?.entries() ?? []), ...translationsOf(words)])
}

/** Everything that a language says, by its English. */
export function* translationsOf({ problems, sentences: said, messages }: ServerWords): Translations {
  for (const [code, { title, advice }] of Object.entries(problems)) {
    const english = problemInEnglish(code)
    if (english === undefined) continue
    yield [english.title, title]
    yield [english.advice, advice]
  }
  for (const [name, english] of Object.entries(sentences)) {
    const translated = said[name as keyof typeof sentences]
    yield [typeof english === 'string' ? english : english('{provider}'), translated]
  }
  yield* Object.entries(messages)
}

/** The words of a code in English; undefined when there is no such code. */
export function problemInEnglish(code: string): { readonly title: string; readonly advice: string } | undefined {
  if (isErrorCode(code)) return { title: titleOf(code), advice: errorCatalogue[code].advice }
  return Object.hasOwn(refusals, code) ? refusals[code as keyof typeof refusals] : undefined
}
