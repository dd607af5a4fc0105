import { requestLanguage, type Wishes } from '../languages/request-language.ts'
import type { CallbackTexts } from './callback-texts.ts'
import { english } from './languages/english.ts'
import { german } from './languages/german.ts'

/** The languages of the pages that the server makes itself. A new one is a file and a line here. */
const languages: Readonly<Record<string, CallbackTexts>> = { en: english, de: german }

/** What a page of the server is written in. */
export interface PageLanguage {
  /** BCP 47. */
  readonly tag: string
  readonly texts: CallbackTexts
}

export function pageLanguage(wishes: Wishes): PageLanguage {
  const tag = requestLanguage(wishes, Object.keys(languages))
  return { tag, texts: languages[tag] ?? english }
}
