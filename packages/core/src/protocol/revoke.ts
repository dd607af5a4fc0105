import * as oauth from 'oauth4webapi'
import type { AnswerBody } from '../answer/answer-body.ts'
import { refusal, text } from '../answer/refusal.ts'
import { standardAnswer } from '../answer/standard-fields.ts'
import { type ClientAuthentication, secretAuthentication } from '../client/authentication.ts'
import type { Client } from '../client/client.ts'
import { assertGivenHere } from '../grant/given-by.ts'
import type { Grant } from '../grant/grant.ts'
import { agent } from '../http/agent.ts'
import { apiFetch } from '../http/api-middleware.ts'
import { ask, secretsOf, send } from '../http/ask.ts'
import { exchange } from '../http/exchange.ts'
import type { RevocationRules } from '../provider/follow-up.ts'
import { regionalEndpoints } from '../provider/region.ts'
import { filledIn } from './parameters.ts'

type Metadata = Readonly<Record<string, unknown>>

/**
 * Ends a token at the provider (RFC 7009, or as its definition says). A token that the provider does not know counts as
 * ended. Returns false when the provider has no way to end such a token. `of`: the grant that the token is of, from whose
 * metadata the provider may need something; if another server gave it than is configured now, nothing is sent:
 * `ISSUER_MISMATCH`.
 */
export async function revokeToken(
  client: Client,
  token: string,
  hint?: 'access_token' | 'refresh_token',
  of?: Grant,
): Promise<boolean> {
  const { provider } = client
  const as = await client.metadata()
  if (of !== undefined) assertGivenHere(of, client, as.token_endpoint)
  const rules = provider.revocation
  if (rules !== undefined) {
    if (hint !== undefined && rules.token !== undefined && hint !== rules.token) return false
    return ended(client, await requested(client, rules, token, of?.metadata))
  }
  const { revocation_endpoint = as.revocation_endpoint } = regionalEndpoints(provider, of?.metadata)
  if (revocation_endpoint === undefined) return false
  const additionalParameters = hint === undefined ? {} : { token_type_hint: hint }
  const body = await exchange(client, (options, { apply }) =>
    oauth.revocationRequest({ ...as, revocation_endpoint }, client.registration, apply, token, {
      ...options,
      additionalParameters,
    }),
  )
  return ended(client, body)
}

/**
 * Ends a grant at the provider by the token that it takes for this: the one its definition names, else the refresh
 * token, else the access token. The record is not changed. Returns false when there is no such token, or no way.
 */
export async function revokeGrant(client: Client, grant: Grant): Promise<boolean> {
  const access = grant.access['']?.access_token
  const wanted =
    client.provider.revocation?.token ?? (grant.refresh_token === undefined ? 'access_token' : 'refresh_token')
  const token = wanted === 'access_token' ? access : grant.refresh_token
  return token !== undefined && revokeToken(client, token, wanted, grant)
}

function ended({ provider }: Client, answer: AnswerBody): boolean {
  const body = standardAnswer(answer, provider)
  const error = text(body.fields?.['error'])
  // RFC 7009 §2.2.1: invalid tokens do not cause an error, but some servers answer invalid_token all the same.
  if (error === 'invalid_token') return true
  if (body.status < 300 && error === undefined && body.fields?.['ok'] !== false) return true
  throw refusal(body, provider)
}

/** The request in the provider's own form. */
function requested(client: Client, rules: RevocationRules, token: string, metadata?: Metadata): Promise<AnswerBody> {
  const once = (asking: Client): Promise<AnswerBody> => requestedOnce(asking, rules, token, metadata)
  const proves = rules.authentication !== 'bearer' && rules.authentication !== 'none'
  return (proves ? client.authentication.attempts?.(client, once) : undefined) ?? once(client)
}

async function requestedOnce(
  client: Client,
  rules: RevocationRules,
  token: string,
  metadata: Metadata = {},
): Promise<AnswerBody> {
  const { client_id, registration, http, provider } = client
  const as = await client.metadata()
  const proof = authenticationOf(client, rules)
  const { method = 'POST', format = 'form' } = rules
  const client_secret = client.authentication.secret?.reveal() ?? ''
  const values = { ...metadata, token, client_id, client_secret }
  const address = new URL(filledIn(rules.endpoint, values, encodeURIComponent))
  const filled = Object.entries(rules.params ?? {}).map(([name, value]) => [name, filledIn(value, values)])
  const parameters = new URLSearchParams(filled)
  const headers = new Headers({ accept: 'application/json', ...agent() })
  for (const [name, value] of Object.entries(rules.headers ?? {})) headers.set(name, filledIn(value, values))
  if (rules.authentication === 'bearer') headers.set('authorization', `Bearer ${token}`)
  await proof?.apply(as, registration, parameters, headers)
  let body: string | undefined
  if (method === 'GET') for (const [name, value] of parameters) address.searchParams.set(name, value)
  else if (parameters.size > 0) {
    body = format === 'json' ? JSON.stringify(Object.fromEntries(parameters)) : parameters.toString()
    headers.set('content-type', format === 'json' ? 'application/json' : 'application/x-www-form-urlencoded')
  }
  const transport = rules.authentication === 'bearer' ? { ...http, fetch: apiFetch(client) } : http
  const secrets = [token, ...secretsOf(client.authentication, [parameters])]
  return ask({ http, provider }, secrets, (signal) =>
    send(transport, address.href, { method, headers, signal, ...(body === undefined ? {} : { body }) }),
  )
}

function authenticationOf(
  { provider, authentication }: Client,
  { authentication: how = 'client' }: RevocationRules,
): ClientAuthentication | undefined {
  if (how === 'bearer' || how === 'none') return undefined
  if (how === 'client') return authentication
  return secretAuthentication(provider, authentication.secret?.reveal(), `client_secret_${how}`)
}
