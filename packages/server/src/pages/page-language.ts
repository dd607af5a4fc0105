import type { FastifyRequest } from 'fastify'
import { LANGUAGE_COOKIE } from '../contract/index.ts'
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

/** What the person chose on the page, else what the browser likes best of what there is, else English. */
export function pageLanguage({ cookies, headers }: Pick<FastifyRequest, 'cookies' | 'headers'>): PageLanguage {
  for (const wish of [cookies[LANGUAGE_COOKIE], ...accepted(headers['accept-language'] ?? '')]) {
    const tag = wish?.split('-')[0]?.toLowerCase() ?? ''
    const texts = Object.hasOwn(languages, tag) ? languages[tag] : undefined
    if (texts !== undefined) return { tag, texts }
  }
  return { tag: 'en', texts: english }
}

/** Languages of an Accept-Language header (RFC 9110 section 12.5.4), the most wanted first. */
function accepted(header: string): string[] {
  return header
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((one) => one.trim())
      const weight = parameters.find((one) => /^q=/i.test(one))?.slice(2)
      return { tag, weight: weight === undefined ? 1 : Number(weight) }
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag)
}
