import * as oauth from 'oauth4webapi'
import type { AnswerBody } from '../answer/answer-body.ts'
import type { Asking } from '../client/attempts.ts'
import type { ClientAuthentication } from '../client/authentication.ts'
import { ask, missingEndpoint, secretsOf, send } from './ask.ts'
import type { Told } from './compose.ts'
import type { Http } from './http.ts'

/** Options that every request of the protocol layer gets. */
export interface RequestOptions {
  readonly signal: AbortSignal
  readonly [oauth.customFetch]: (
    url: string,
    init: oauth.CustomFetchOptions<string, URLSearchParams | string | undefined>,
  ) => Promise<Response>
  readonly [oauth.allowInsecureRequests]: true
  /** Makes proofs of possession for token requests (RFC 9449 §5). */
  readonly DPoP?: oauth.DPoPHandle
}

/** The options for one request: a hard deadline, no redirects, https (plain http on loopback only). */
export function requestOptions(
  transport: Http,
  deadline: AbortSignal = AbortSignal.timeout(transport.deadline * 1000),
  told: Told = {},
): RequestOptions {
  return {
    signal: deadline,
    [oauth.customFetch]: (url, { body, signal, ...init }) =>
      send(transport, url, { ...init, ...told, ...(body && { body }), ...(signal && { signal }) }),
    // The protocol layer knows no exception for loopback; `send` holds the line.
    [oauth.allowInsecureRequests]: true,
  }
}

/**
 * Sends one request of the protocol layer to the provider and reads its answer under one deadline. What goes wrong on
 * the way becomes a typed error with an `outcome`, without any of the request's secrets. `keep`: a success is returned
 * even if a step around the fetch throws after it, with what was `thrown`. A client that has two proofs is asked for once more
 * with the other one; `request` gets the one to prove with.
 */
export function exchange(
  client: Asking,
  request: (options: RequestOptions, authentication: ClientAuthentication) => Promise<Response>,
  key?: { readonly proofs: oauth.DPoPHandle },
  keep = false,
): Promise<AnswerBody> {
  const once = (asking: Asking): Promise<AnswerBody> =>
    exchangeOnce(asking, (options) => request(options, asking.authentication), key, keep)
  return client.authentication.attempts?.(client, once) ?? once(client)
}

function exchangeOnce(
  client: Asking,
  request: (options: RequestOptions) => Promise<Response>,
  key: { readonly proofs: oauth.DPoPHandle } | undefined,
  keep: boolean,
): Promise<AnswerBody> {
  const forms: URLSearchParams[] = []
  const transport: Http = {
    ...client.http,
    fetch: (input, init) => {
      const body = init?.body
      if (body instanceof URLSearchParams) forms.push(body)
      else if (typeof body === 'string') forms.push(new URLSearchParams(body))
      return client.http.fetch(input, init)
    },
  }
  const once = async (signal: AbortSignal, told: Told): Promise<Response> => {
    const options = requestOptions(transport, signal, keep ? told : undefined)
    try {
      return await request(key === undefined ? options : { ...options, DPoP: key.proofs })
    } catch (error) {
      throw isMissingEndpoint(error) ? missingEndpoint(client.provider, error.cause.attribute) : error
    }
  }
  // RFC 9449 §8: the server refused only the proof. The key has kept the nonce that came with the refusal.
  const again = ({ fields }: AnswerBody): boolean => key !== undefined && fields?.['error'] === 'use_dpop_nonce'
  return ask(client, secretsOf(client.authentication, forms), once, again)
}

/** The protocol layer found no address to send to. */
function isMissingEndpoint(error: unknown): error is { readonly cause: { readonly attribute: string } } {
  return (
    error instanceof oauth.OperationProcessingError &&
    (error.code === oauth.MISSING_SERVER_METADATA || error.code === oauth.INVALID_SERVER_METADATA)
  )
}
