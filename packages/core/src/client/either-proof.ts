import type { AnswerBody } from '../answer/answer-body.ts'
import { refusal, text } from '../answer/refusal.ts'
import { abilities } from '../provider/abilities.ts'
import type { Asking } from './attempts.ts'
import type { ClientAuthentication } from './authentication.ts'

/** How {@link EitherProof} chooses, and who hears of it. */
export interface EitherProofOptions {
  /** Seconds after which the newer one is tried again, by one request. Default 300. */
  readonly again?: number | undefined
  /** Hears which one the provider has taken: the first time, and whenever it is the other one. */
  readonly onTaken?: ((taken: 'newer' | 'older') => void) | undefined
}

/**
 * Two proofs of one client that overlap while a secret or a key is exchanged: the newer one is used, and the older one
 * where the provider refuses it because it does not know it yet. A client is refused before a code or a refresh token is
 * used up (RFC 6749 §5.2), so nothing is lost by asking once more; both requests share one deadline.
 *
 * Any number of requests may use it at once. After a refusal they go on with the older one, and one of them tries the newer
 * one every `again` seconds; when the older one ends, the newer one is used at once. Refused both, the answer to the newer
 * one counts: `INVALID_CLIENT`.
 *
 * @example
 * ```ts
 * import { ClientSecretBasic, defineClient, EitherProof, type Provider } from '@evergrant/core'
 *
 * const client = (provider: Provider, next: string, former: string) =>
 *   defineClient({
 *     provider,
 *     client_id: 'my-program',
 *     client_auth: EitherProof(ClientSecretBasic(next), ClientSecretBasic(former)),
 *   })
 * ```
 */
export function EitherProof(
  newer: ClientAuthentication,
  older: ClientAuthentication,
  options: EitherProofOptions = {},
): ClientAuthentication {
  const { again = 300, onTaken } = options
  let olderUntil = Number.NEGATIVE_INFINITY
  let last: ClientAuthentication | undefined
  const take = (proof: ClientAuthentication, now: number): void => {
    olderUntil = proof === older ? Math.max(olderUntil, now + again) : Number.NEGATIVE_INFINITY
    if (last === proof) return
    last = proof
    onTaken?.(proof === newer ? 'newer' : 'older')
  }
  const usual = (): ClientAuthentication => last ?? newer
  return {
    method: newer.method,
    get secret() {
      return usual().secret
    },
    apply: (...request) => usual().apply(...request),
    async attempts(client, request) {
      const { clock, deadline } = client.http
      const began = clock.monotonic()
      const known = began < olderUntil
      // One request tries the newer one again; the others go on with what works.
      if (!known && last === older) olderUntil = began + again
      const [first, second] = known ? [older, newer] : [newer, older]
      const answer = await request({ ...client, authentication: first })
      if (!isClientRefused(answer, client)) {
        // With the older one known to work nothing is new.
        if (!known && isClientTaken(answer, client)) take(first, clock.monotonic())
        return answer
      }
      const left = deadline - (clock.monotonic() - began)
      if (left <= 0) return answer
      const http = { ...client.http, deadline: left }
      const other = await request({ ...client, authentication: second, http })
      if (isClientRefused(other, client)) {
        olderUntil = Number.NEGATIVE_INFINITY
        return known ? other : answer
      }
      if (isClientTaken(other, client)) take(second, clock.monotonic())
      return other
    },
  }
}

function standard(answer: AnswerBody, { provider }: Asking): AnswerBody {
  return provider[abilities]?.standardAnswer(answer, provider) ?? answer
}

function isWell({ status, fields }: AnswerBody): boolean {
  return status >= 200 && status <= 299 && text(fields?.['error']) === undefined && fields?.['ok'] !== false
}

function isClientRefused(answer: AnswerBody, client: Asking): boolean {
  const body = standard(answer, client)
  return !isWell(body) && refusal(body, client.provider).code === 'INVALID_CLIENT'
}

/** A grant is judged after the client (RFC 6749 §5.2): whoever hears of it was taken. */
function isClientTaken(answer: AnswerBody, client: Asking): boolean {
  const body = standard(answer, client)
  return isWell(body) || refusal(body, client.provider).error === 'invalid_grant'
}
