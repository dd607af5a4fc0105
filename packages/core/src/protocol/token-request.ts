import type * as oauth from 'oauth4webapi'
import type { AnswerBody } from '../answer/answer-body.ts'
import { type SpoiltAnswer, salvaged, type TokenAnswer, tokenAnswer } from '../answer/token-answer.ts'
import type { ClientAuthentication } from '../client/authentication.ts'
import type { Client } from '../client/client.ts'
import type { Grant } from '../grant/grant.ts'
import { ask, missingEndpoint, secretsOf, send } from '../http/ask.ts'
import { boundTo, keyFor } from './bound.ts'
import { scopeNames } from './scope.ts'

/** A request to the token endpoint that no person takes part in. */
export interface TokenRequest {
  readonly grant_type: string
  /** What the grant type brings; wins over the provider's own parameters. */
  readonly parameters: Readonly<Record<string, string | undefined>>
  readonly scope?: string | readonly string[] | undefined
  readonly resource?: string | undefined
  /** The grant that the token is for, when it has one: its key is used again. */
  readonly grant?: Grant | undefined
  /** Instead of the client's own. */
  readonly authentication?: ClientAuthentication | undefined
}

/** Sends one token request (RFC 6749 §3.2) and reads its answer. */
export async function requestToken(client: Client, request: TokenRequest): Promise<TokenAnswer> {
  const answer = await requestKept(client, request)
  if ('spoilt' in answer) throw answer.spoilt
  if (answer.thrown !== undefined) throw answer.thrown
  return answer
}

/**
 * The same for a request that uses a refresh token up: a new one that came is returned whatever is wrong with the rest
 * of the answer, and whatever a step around the fetch made of it.
 */
export async function requestKept(client: Client, request: TokenRequest): Promise<TokenAnswer | SpoiltAnswer> {
  const { provider, http } = client
  const { grant_type, resource, authentication = client.authentication } = request
  const as = await client.metadata()
  const parameters = new URLSearchParams(provider.token_params)
  for (const [name, value] of Object.entries(request.parameters)) if (value !== undefined) parameters.set(name, value)
  const names = scopeNames(request.scope)
  if (names.length > 0) parameters.set('scope', names.join(provider.scope_separator ?? ' '))
  if (resource !== undefined) parameters.set('resource', resource)
  parameters.set('grant_type', grant_type)
  const sent = http.clock.now()
  const key = await keyFor(client, request.grant)
  const asking = authentication === client.authentication ? client : { ...client, authentication }
  const body = await (key ?? { post }).post(asking, as, parameters)
  try {
    return boundTo(tokenAnswer(body, sent, provider), key)
  } catch (error) {
    const kept = salvaged(body, error, request.parameters['refresh_token'])
    if (kept === undefined) throw error
    return key === undefined ? kept : { ...kept, dpop_key: key.jwk }
  }
}

/** The answer without a refresh token: the next token is asked for the same way, and one way is enough. */
export function withoutRefresh(answer: TokenAnswer): TokenAnswer {
  const { refresh_token: _, ...rest } = answer
  return rest
}

/**
 * The request by hand: it is all that a program which keeps grants alive ever sends, and then it need not carry the
 * protocol layer.
 */
function post(client: Client, as: oauth.AuthorizationServer, body: URLSearchParams): Promise<AnswerBody> {
  const { authentication, registration, http, provider } = client
  return ask(client, secretsOf(authentication, [body]), async (signal, told) => {
    const alias = registration.use_mtls_endpoint_aliases ? as.mtls_endpoint_aliases?.token_endpoint : undefined
    const url = alias ?? as.token_endpoint
    if (url === undefined || !URL.canParse(url)) throw missingEndpoint(provider, 'token_endpoint')
    const headers = new Headers()
    await authentication.apply(as, registration, body, headers)
    return send(http, url, {
      method: 'POST',
      headers: { ...Object.fromEntries(headers), ...formHeaders() },
      body,
      signal,
      ...told,
    })
  })
}

function formHeaders(): Record<string, string> {
  const browser = globalThis.navigator?.userAgent?.startsWith('Mozilla/')
  return {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
    // Some servers turn requests away that do not say what sent them; a browser says it itself.
    ...(browser ? undefined : { 'user-agent': 'evergrant' }),
  }
}
