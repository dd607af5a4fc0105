import type { FastifyReply, FastifyRequest } from 'fastify'
import { BROWSER_COOKIE, COOKIE } from './cookies.ts'
import { randomSecret } from './secret.ts'

/** As randomSecret makes them; anything else is replaced. */
const SECRET = /^[A-Za-z0-9_-]{43}$/
/** Seconds. A connect link lives for thirty days at most, and belongs to the browser that opened it for as long. */
const LIFETIME = 31 * 86_400

/** The secret that names a browser, given to it when it has none. One for all it begins, so that several can be under way. */
export function browserOf(
  { cookies }: Pick<FastifyRequest, 'cookies'>,
  reply: Pick<FastifyReply, 'setCookie'>,
): string {
  const held = cookies[BROWSER_COOKIE]
  const browser = held !== undefined && SECRET.test(held) ? held : randomSecret()
  reply.setCookie(BROWSER_COOKIE, browser, { ...COOKIE, maxAge: LIFETIME })
  return browser
}
