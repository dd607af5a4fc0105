import { languageCookie } from '../api/agreed.ts'
import { basePath } from '../api/server-address.ts'
import { type LanguageTag, languageTags } from './languages.ts'

/** What the person chose on this browser, else the first language of the browser that we have, else English. */
export function preferredLanguage(): LanguageTag {
  return bestLanguage([chosen(), ...navigator.languages])
}

export function bestLanguage(wishes: readonly (string | undefined)[]): LanguageTag {
  for (const wish of wishes) {
    const base = wish?.toLowerCase().split('-')[0]
    const known = languageTags.find((tag) => tag === base)
    if (known) return known
  }
  return 'en'
}

/** A cookie and not the page's own storage, so that the pages which the server makes are in the same language. */
export function rememberLanguage(tag: LanguageTag): void {
  const secure = window.location.protocol === 'https:' ? '; Secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and outside of https
  document.cookie = `${languageCookie}=${tag}; Path=${basePath()}; Max-Age=31536000; SameSite=Lax${secure}`
}

function chosen(): string | undefined {
  const cookies = document.cookie.split('; ').map((one) => one.split('='))
  return cookies.find(([name]) => name === languageCookie)?.[1]
}
