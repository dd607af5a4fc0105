import { type TimeWords, timeWords } from '../shared/time.ts'
import type { en } from './en.ts'
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
}

/** The languages there are. A new one is its file, its tag here, and a line in `load`. */
export const languageTags = ['en', 'de'] as const

export type LanguageTag = (typeof languageTags)[number]

/** What a language calls itself. */
export const languageName = (tag: LanguageTag): string =>
  new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag

/** Fetches a language: each is a file of its own, so that nobody loads those of others. */
export async function loadLanguage(tag: LanguageTag): Promise<Language> {
  const texts = wordsOf((await load[tag]()) as typeof en, tag)
  return { tag, texts, times: timeWords(tag, texts.shared) }
}

/** Tells the browser, and with it screen readers and our own requests, which language the page is in. */
export function markPage({ tag }: Pick<Language, 'tag'>): void {
  document.documentElement.lang = tag
  document.documentElement.dir = directionOf(tag)
}

/** Languages that are written from right to left, of those that somebody may add. */
const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(['ar', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi'])

export const directionOf = (tag: string): 'ltr' | 'rtl' => (RIGHT_TO_LEFT.has(tag) ? 'rtl' : 'ltr')

const load: Readonly<Record<LanguageTag, () => Promise<English>>> = {
  en: async () => (await import('./en.ts')).en,
  de: async () => (await import('./de.ts')).de,
}
