import type * as oauth from 'oauth4webapi'
import type { AnswerBody } from '../answer/answer-body.ts'
import { standardAnswer } from '../answer/standard-fields.ts'
import { type SpoiltAnswer, salvaged, type TokenAnswer, tokenAnswer } from '../answer/token-answer.ts'
import { type ClientAuthentication, secretAuthentication } from '../client/authentication.ts'
import type { Client } from '../client/client.ts'
import type { Grant } from '../grant/grant.ts'
import { agent } from '../http/agent.ts'
import { ask, missingEndpoint, secretsOf, send } from '../http/ask.ts'
import type { ClientAuthMethod } from '../provider/definition.ts'
import type { TokenRequestDraft } from '../provider/deviation.ts'
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
  const as = await client.metadata()
  const sent = http.clock.now()
  const key = client.dpop === undefined ? undefined : await keyFor(client, request.grant)
  const body = await askToken(client, as, request, key)
  try {
    const answer = boundTo(tokenAnswer(body, sent, provider, request.grant_type), key)
    return provider.hooks === undefined ? answer : await completed(answer, client)
  } catch (error) {
    const kept = salvaged(standardAnswer(body, provider), error, request.parameters['refresh_token'])
    if (kept === undefined) throw error
    return key === undefined ? kept : { ...kept, dpop_key: key.jwk }
  }
}

/** Sends one token request. What came back is not judged yet. */
export function askToken(
  client: Client,
  as: oauth.AuthorizationServer,
  request: TokenRequest,
  key: Awaited<ReturnType<typeof keyFor>>,
): Promise<AnswerBody> {
  const { provider } = client
  const { rules = {}, authentication = authenticationOf(client, rules) } = request
  const parameters = tokenParameters(client, request)
  const endpoint = rules.endpoint === undefined ? as : { ...as, token_endpoint: rules.endpoint }
  const asked = authentication === client.authentication ? client : { ...client, authentication }
  if (key !== undefined) return key.post(asked, endpoint, parameters)
  const usual = provider.token_request
  return post(asked, endpoint, parameters, {
    ...usual,
    ...rules,
    ...(usual?.parameter_names && rules.parameter_names
      ? { parameter_names: { ...usual.parameter_names, ...rules.parameter_names } }
      : {}),
    ...(usual?.headers && rules.headers ? { headers: { ...usual.headers, ...rules.headers } } : {}),
  })
}

function authenticationOf({ authentication, provider }: Client, { client_auth }: RequestRules): ClientAuthentication {
  if (client_auth === undefined || client_auth === authentication.method) return authentication
  return secretAuthentication(
    provider,
    client_auth === 'none' ? undefined : authentication.secret?.reveal(),
    client_auth,
  )
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

/**
 * What the provider's deviations add to an answer. The tokens exist nowhere else, so a deviation that fails does not
 * lose them: they are kept, the access token counts as ended, and what the deviation threw is thrown after that.
 */
async function completed(answer: TokenAnswer, client: Client): Promise<TokenAnswer> {
  let complete = answer
  try {
    for (const hook of client.provider.hooks ?? []) complete = (await hook.answered?.(complete, client)) ?? complete
    return complete
  } catch (error) {
    return { ...answer, expires_in: 1, thrown: error }
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
function post(
  client: Client,
  as: oauth.AuthorizationServer,
  body: URLSearchParams,
  rules: TokenRequestRules,
): Promise<AnswerBody> {
  const { authentication, registration, http, provider, client_id } = client
  return ask(client, secretsOf(authentication, [body]), async (signal, told) => {
    const alias = registration.use_mtls_endpoint_aliases ? as.mtls_endpoint_aliases?.token_endpoint : undefined
    const url = filledIn(alias ?? as.token_endpoint ?? '', { client_id }, encodeURIComponent)
    if (!URL.canParse(url)) throw missingEndpoint(provider, 'token_endpoint')
    const headers = new Headers({ accept: 'application/json', ...agent() })
    for (const [name, value] of Object.entries(rules.headers ?? {})) headers.set(name, filledIn(value, { client_id }))
    await authentication.apply(as, registration, body, headers)
    const { method = 'POST', format = 'form' } = rules
    let draft: TokenRequestDraft = { url, method, format, headers, parameters: renamed(body, rules.parameter_names) }
    for (const hook of provider.hooks ?? []) draft = (await hook.request?.(draft, client, signal)) ?? draft
    const { address, init } = encoded(draft)
    return await send(http, address, { ...init, signal, ...told })
  })
}

/** The request as it goes over the wire. */
function encoded({ url, method, format, headers, parameters }: TokenRequestDraft): {
  address: string
  init: RequestInit
} {
  const plain = { method, headers }
  if (method === 'GET' || format === 'query') {
    const address = new URL(url)
    for (const [name, value] of parameters) address.searchParams.set(name, value)
    return { address: address.href, init: plain }
  }
  const json = format === 'json'
  const type = json ? 'application/json' : 'application/x-www-form-urlencoded;charset=UTF-8'
  headers.set('content-type', type)
  return { address: url, init: { ...plain, body: json ? JSON.stringify(Object.fromEntries(parameters)) : parameters } }
}
