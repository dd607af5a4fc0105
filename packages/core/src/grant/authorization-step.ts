import * as oauth from 'oauth4webapi'
import { refusal, text } from '../answer/refusal.ts'
import type { Client } from '../client/client.ts'
import { type KeySource, keyReader } from '../client/private-key-jwt.ts'
import { exchange } from '../http/exchange.ts'

/** Changes how the parameters of an authorization request travel; what it returns goes into the address. */
export type AuthorizationStep = (
  client: Client,
  as: oauth.AuthorizationServer,
  parameters: URLSearchParams,
) => Promise<URLSearchParams>

/**
 * Pushes the parameters to the provider directly (RFC 9126), so that nobody on the way can see or change them; the
 * address only refers to them. Done of itself for providers that require it.
 */
export const pushedRequest: AuthorizationStep = async (client, as, parameters) => {
  const { registration } = client
  const body = await exchange(client, (options, { apply }) =>
    oauth.pushedAuthorizationRequest(as, registration, apply, parameters, options),
  )
  const request_uri = text(body.fields?.['request_uri'])
  if (body.status > 299 || request_uri === undefined) throw refusal(body, client.provider)
  return new URLSearchParams({ client_id: client.client_id, request_uri })
}

/**
 * Signs the parameters (RFC 9101), so that the provider can tell that they are this client's and unchanged. May be
 * followed by {@link pushedRequest}.
 *
 * @example
 * ```ts
 * import { beginAuthorization, type Client, pushedRequest, type SigningKey, signedRequest } from '@evergrant/core'
 *
 * const begin = (client: Client, key: SigningKey, redirect_uri: string) =>
 *   beginAuthorization(client, { grant: 'alice', redirect_uri, steps: [signedRequest(key), pushedRequest] })
 * ```
 */
export function signedRequest(source: KeySource): AuthorizationStep {
  const read = keyReader(source)
  return async (client, as, parameters) => {
    const { key, kid } = await read()
    const signing = { key, ...(kid === undefined ? {} : { kid }) }
    const request = await oauth.issueRequestObject(as, client.registration, parameters, signing)
    const sent = new URLSearchParams({ client_id: client.client_id, request })
    // OpenID Connect Core §6.1 wants these two beside the object; inside it they count.
    for (const name of ['response_type', 'scope']) {
      const value = parameters.get(name)
      if (value?.split(' ').includes('openid') || (name === 'response_type' && value !== null))
        sent.set(name, value ?? '')
    }
    return sent
  }
}
