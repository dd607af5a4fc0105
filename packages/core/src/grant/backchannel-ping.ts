import { OAuthError } from '../errors.ts'
import { cappedText } from '../http/capped-text.ts'
import type { BackchannelAuthentication } from './backchannel-authentication.ts'
import { sha256 } from './sha256.ts'

/** Bytes; a ping holds one id. */
const LARGEST_PING = 65_536

/**
 * The authentication that a provider's ping is about (OpenID Connect CIBA §10.2), ready for
 * `pollBackchannelAuthentication`, which then asks for the tokens at once. `find`: where begun authentications wait, by
 * `auth_req_id`; a ping may come twice. Answer the request with 204, and with the error's `http` status otherwise.
 *
 * Throws `CALLBACK_INVALID` for what is no ping, and `STATE_MISMATCH` for one that does not bring the
 * `client_notification_token` of the authentication it names, or names none that waits.
 *
 * @example
 * ```ts
 * import { type BackchannelAuthentication, backchannelPing, type Client, type GrantStore } from '@evergrant/core'
 * import { pollBackchannelAuthentication } from '@evergrant/core'
 *
 * function endpoint(client: Client, store: GrantStore, waiting: Map<string, BackchannelAuthentication>) {
 *   return async (request: Request): Promise<Response> => {
 *     const pending = await backchannelPing(request, (id) => waiting.get(id))
 *     waiting.delete(pending.auth_req_id)
 *     await pollBackchannelAuthentication(client, { pending, store })
 *     return new Response(null, { status: 204 })
 *   }
 * }
 * ```
 */
export async function backchannelPing(
  request: Request,
  find: (auth_req_id: string) => BackchannelAuthentication | undefined | Promise<BackchannelAuthentication | undefined>,
): Promise<BackchannelAuthentication> {
  const body = request.method === 'POST' ? await cappedText(request.body, LARGEST_PING) : undefined
  const auth_req_id = idIn(body)
  if (auth_req_id === undefined) {
    throw new OAuthError('CALLBACK_INVALID', 'This is no ping: it should be a POST of JSON with an auth_req_id.')
  }
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
  const pending = await find(auth_req_id)
  const expected = pending?.client_notification_token
  if (pending === undefined || expected === undefined || !same(token, expected)) {
    const message = 'The ping does not bring the notification token of an authentication that waits.'
    throw new OAuthError('STATE_MISMATCH', message, pending && { provider: pending.provider, grant: pending.grant })
  }
  // The person has answered: there is nothing to wait for.
  return { ...pending, interval: 0 }
}

function idIn(body: string | undefined): string | undefined {
  try {
    const fields: unknown = JSON.parse(body ?? '')
    const id = typeof fields === 'object' && fields !== null ? Reflect.get(fields, 'auth_req_id') : undefined
    return typeof id === 'string' && id !== '' ? id : undefined
  } catch {
    return undefined
  }
}

/** By their hashes: how long it takes tells nothing about where they differ. */
function same(a: string, b: string): boolean {
  const [left, right] = [sha256(a), sha256(b)]
  return left.every((byte, at) => byte === right[at])
}
