import { type TimeWords, timeWords } from '../shared/time.ts'
import type { en } from './en.ts'
import type { ServerWords } from './server-words.ts'
import { type Translation, type Words, wordsOf } from './words.ts'

/** What the files of other languages have to have. */
export type English = Translation<typeof en>

/** All that the page says, ready to be said. */
export type Texts = Words<typeof en>

/** The page in one language. */
export interface Language {
  /** BCP 47. */
  readonly tag: LanguageTag
  readonly texts: Texts
  readonly times: TimeWords
  /** Undefined: the server's own words are in this language. */
  readonly server: ServerWords | undefined
}

/** The languages there are. A new one is its two files, its tag here, and a line in `load`. */
export const languageTags = ['en', 'de'] as const

export type LanguageTag = (typeof languageTags)[number]

/** What a language calls itself. */
export const languageName = (tag: LanguageTag): string =>
  new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag

/** Fetches a language: each is a file of its own, so that nobody loads those of others. */
export async function loadLanguage(tag: LanguageTag): Promise<Language> {
  const { catalogue, server } = await load[tag]()
  const texts = wordsOf(catalogue as typeof en, tag)
  return { tag, texts, times: timeWords(tag, texts.shared), server }
}

interface Loaded {
  readonly catalogue: English
  readonly server?: ServerWords
}

const load: Readonly<Record<LanguageTag, () => Promise<Loaded>>> = {
  en: async () => ({ catalogue: (await import('./en.ts')).en }),
  de: async () => {
    const [{ de }, { deServer }] = await Promise.all([import('./de.ts'), import('./de-server.ts')])
    return { catalogue: de, server: deServer }
  },
}
