import type * as oauth from 'oauth4webapi'
import type { AnswerBody } from '../answer/answer-body.ts'
import { type SpoiltAnswer, salvaged, type TokenAnswer, tokenAnswer } from '../answer/token-answer.ts'
import type { ClientAuthentication } from '../client/authentication.ts'
import type { Client } from '../client/client.ts'
import type { Grant } from '../grant/grant.ts'
import { agent } from '../http/agent.ts'
import { ask, missingEndpoint, secretsOf, send } from '../http/ask.ts'
import { abilities } from '../provider/abilities.ts'
import type { ClientAuthMethod } from '../provider/definition.ts'
import type { TokenRequestRules } from '../provider/request-rules.ts'
import { boundTo, keyFor } from './bound.ts'
import { filledIn, renamed } from './parameters.ts'
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
  /** Where this kind of request differs from the provider's other token requests. */
  readonly rules?: RequestRules | undefined
}

/** Rules of one kind of token request: what they leave out is as in all others. */
export interface RequestRules extends TokenRequestRules {
  readonly endpoint?: string | undefined
  readonly grant_type?: string
  readonly params?: Readonly<Record<string, string>>
  readonly client_auth?: ClientAuthMethod
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
  const own = provider[abilities]
  const as = await client.metadata()
  const sent = http.clock.now()
  const key = client.dpop === undefined ? undefined : await keyFor(client, request.grant)
  const body = await askToken(client, as, request, key)
  try {
    const answer = boundTo(tokenAnswer(body, sent, provider, request.grant_type), key)
    return provider.hooks === undefined || own === undefined ? answer : await own.completed(answer, client)
  } catch (error) {
    const kept = salvaged(own?.standardAnswer(body, provider) ?? body, error, request.parameters['refresh_token'])
    if (kept === undefined) throw error
    return key === undefined ? kept : { ...kept, dpop_key: key.jwk }
  }
}

/** Sends one token request, with another proof once more if the client has two. What came back is not judged yet. */
export function askToken(
  client: Client,
  as: oauth.AuthorizationServer,
  request: TokenRequest,
  key: Awaited<ReturnType<typeof keyFor>>,
): Promise<AnswerBody> {
  const once = (asking: Client): Promise<AnswerBody> => {
    const own = asking.provider[abilities]
    const { rules = {}, authentication = own?.authenticationFor(asking, rules) ?? asking.authentication } = request
    const parameters = tokenParameters(asking, request)
    const endpoint = rules.endpoint === undefined ? as : { ...as, token_endpoint: rules.endpoint }
    const asked = authentication === asking.authentication ? asking : { ...asking, authentication }
    if (key !== undefined) return key.post(asked, endpoint, parameters)
    return post(asked, endpoint, parameters, own?.usualRules(asking, rules) ?? {})
  }
  return (request.authentication ?? client.authentication).attempts?.(client, once) ?? once(client)
}

function tokenParameters(
  { provider }: Client,
  { grant_type, rules, resource, ...request }: TokenRequest,
): URLSearchParams {
  const parameters = new URLSearchParams({ ...provider.token_params, ...rules?.params })
  for (const [name, value] of Object.entries(request.parameters)) if (value !== undefined) parameters.set(name, value)
  const names = scopeNames(request.scope)
  if (names.length > 0) parameters.set('scope', names.join(provider.scope_separator ?? ' '))
  if (resource !== undefined) parameters.set('resource', resource)
  parameters.set('grant_type', rules?.grant_type ?? grant_type)
  return parameters
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
function post(
  client: Client,
  as: oauth.AuthorizationServer,
  body: URLSearchParams,
  rules: TokenRequestRules,
): Promise<AnswerBody> {
  const { authentication, registration, http, provider, client_id } = client
  const own = provider[abilities]
  return ask(client, secretsOf(authentication, [body]), async (signal, told) => {
    const alias = registration.use_mtls_endpoint_aliases ? as.mtls_endpoint_aliases?.token_endpoint : undefined
    const url = filledIn(alias ?? as.token_endpoint ?? '', { client_id }, encodeURIComponent)
    if (!URL.canParse(url)) throw missingEndpoint(provider, 'token_endpoint')
    const headers = new Headers({ accept: 'application/json', ...agent() })
    own?.setHeaders(headers, rules, client)
    await authentication.apply(as, registration, body, headers)
    const { address, init } =
      (await own?.encodedByRules(client, rules, { url, headers, body }, signal)) ??
      formRequest(url, headers, renamed(body))
    return await send(http, address, { ...init, signal, ...told })
  })
}

/** The request as RFC 6749 §3.2 has it. */
export function formRequest(url: string, headers: Headers, body: URLSearchParams): EncodedRequest {
  headers.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8')
  return { address: url, init: { method: 'POST', headers, body } }
}

/** A request as it goes over the wire. */
export interface EncodedRequest {
  readonly address: string
  readonly init: RequestInit
}
