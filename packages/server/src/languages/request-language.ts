import { fastifyCookie } from '@fastify/cookie'
import type { FastifyRequest } from 'fastify'
import { LANGUAGE_COOKIE } from '../contract/index.ts'

/** What tells the language of a request. */
export type Wishes = Pick<FastifyRequest, 'headers'>

/**
 * What the person chose on the page, else what the browser or program likes best (RFC 9110 section 12.5.4) of the
 * languages that there are, else English.
 */
export function requestLanguage<Tag extends string>({ headers }: Wishes, tags: readonly Tag[]): Tag | 'en' {
  // Read here: a refusal may come before the cookies of a request were read.
  const chosen = headers.cookie === undefined ? undefined : fastifyCookie.parse(headers.cookie)[LANGUAGE_COOKIE]
  for (const wish of [chosen, ...accepted(headers['accept-language'] ?? '')]) {
    const base = wish?.split('-')[0]?.toLowerCase()
    const known = tags.find((tag) => tag === base)
    if (known !== undefined) return known
  }
  return 'en'
}

/** Languages of an Accept-Language header, the most wanted first. */
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
