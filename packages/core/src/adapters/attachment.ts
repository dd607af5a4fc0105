import { systemClock } from '../clock.ts'
import type { AccessToken } from '../grant/access-token.ts'
import { needsNewToken, proving } from '../http/bearer.ts'
import { isBound } from '../http/bound-token.ts'
import type { FetchMiddleware } from '../http/middleware.ts'
import { bearer } from '../http/sendable.ts'
import type { Tokens } from './tokens.ts'

/** What is used of an answer's headers. */
interface AnswerHeaders {
  get(name: string): string | null | undefined
}

/** What one request of a library carries, and what to do about its answer. */
export interface Attachment {
  /** `authorization`, and `dpop` with a bound token. */
  readonly headers: Readonly<Record<string, string>>
  /**
   * Tell every answer. Resolves with what to send the same request with once more; undefined: the answer stands. Fails
   * with what getting a newer token fails with.
   */
  answered(status: number, headers: AnswerHeaders): Promise<Attachment | undefined>
}

/**
 * The token for one request that a library sends by itself: plain, or with a proof of its key (RFC 9449 §7) for this
 * method and address. Throws `NOT_SUPPORTED` for a bound token that nobody can prove, and what the source throws.
 */
export async function attachment(
  source: Tokens,
  method: string,
  url: string | URL,
  signal?: AbortSignal,
): Promise<Attachment> {
  const token = await source.token(signal === undefined ? undefined : { signal })
  if (!isBound(token)) return bearerAttachment(source, token, signal)
  return proven(await proving(source), new Request(url, { method: method.toUpperCase(), ...(signal && { signal }) }))
}

/** The attachment of a token that is there and bound to no key. Answers other than 401 and 403 need not be told. */
export function bearerAttachment(
  source: Tokens,
  token: AccessToken,
  signal: AbortSignal | undefined,
  replays = 1,
): Attachment {
  const { access_token, expires_at } = token
  return {
    headers: { authorization: bearer(access_token) },
    async answered(status, headers) {
      if (replays === 0 || (status !== 401 && status !== 403)) return undefined
      const ended = expires_at === undefined ? undefined : (source.sending?.clock ?? systemClock).now() >= expires_at
      if (!needsNewToken(status, headers.get('www-authenticate'), ended)) return undefined
      try {
        return bearerAttachment(source, await source.token({ rejected: access_token, signal }), signal, replays - 1)
      } catch (error) {
        // A 403 may be about something else: then it is the answer.
        if (status === 403) return undefined
        throw error
      }
    },
  }
}

/**
 * The proving middleware, run beside the library: it makes the headers, and sees of the answers what it needs to keep
 * nonces and to decide about a replay. An attachment whose answer is never told is simply forgotten.
 */
function proven(prove: FetchMiddleware, request: Request): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    let next = (attachment: Attachment | undefined): void => resolve(attachment ?? { headers: {}, answered: nothing })
    let fail = reject
    const exchange = (signed: Request): Promise<Response> =>
      new Promise((answer) => {
        const headers: Record<string, string> = {}
        for (const name of ['authorization', 'dpop']) headers[name] = signed.headers.get(name) ?? ''
        next({
          headers,
          answered: (status, given) =>
            new Promise((again, failed) => {
              next = again
              fail = failed
              answer(seen(status, given))
            }),
        })
      })
    prove(request, exchange).then(
      () => next(undefined),
      (error: unknown) => fail(error),
    )
  })
}

async function nothing(): Promise<undefined> {
  return undefined
}

/** As much of the answer as decides; a body stays with the library. */
function seen(status: number, given: AnswerHeaders): Response {
  const headers = new Headers()
  for (const name of ['www-authenticate', 'dpop-nonce']) {
    const value = given.get(name)
    if (value) headers.set(name, value)
  }
  return new Response(null, { status: status < 200 || status > 599 ? 200 : status, headers })
}
