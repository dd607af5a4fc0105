import { text } from '../answer/refusal.ts'
import type { TokenAnswer } from '../answer/token-answer.ts'
import { type ClientAuthentication, secretAuthentication } from '../client/authentication.ts'
import type { Client } from '../client/client.ts'
import type { TokenRequestDraft } from '../provider/deviation.ts'
import { regionalEndpoints } from '../provider/region.ts'
import { repeatedParameters } from '../provider/repeated.ts'
import type { TokenRequestRules } from '../provider/request-rules.ts'
import type { Provider } from '../provider/resolve.ts'
import { filledIn, renamed } from './parameters.ts'
import { type EncodedRequest, formRequest, type RequestRules } from './token-request.ts'

/** The rules in force for one kind of token request: its own, else those of all token requests. */
export function usualRules({ provider }: Client, rules: RequestRules): TokenRequestRules {
  const usual = provider.token_request
  return {
    ...usual,
    ...rules,
    ...(usual?.parameter_names && rules.parameter_names
      ? { parameter_names: { ...usual.parameter_names, ...rules.parameter_names } }
      : {}),
    ...(usual?.headers && rules.headers ? { headers: { ...usual.headers, ...rules.headers } } : {}),
  }
}

/** How the client authenticates at this kind of request. */
export function authenticationFor(
  { authentication, provider }: Client,
  { client_auth }: RequestRules,
): ClientAuthentication {
  if (client_auth === undefined || client_auth === authentication.method) return authentication
  return secretAuthentication(
    provider,
    client_auth === 'none' ? undefined : authentication.secret?.reveal(),
    client_auth,
  )
}

/** Further headers; `{client_id}` is filled in. */
export function setHeaders(headers: Headers, rules: TokenRequestRules, { client_id }: Client): void {
  for (const [name, value] of Object.entries(rules.headers ?? {})) headers.set(name, filledIn(value, { client_id }))
}

/** The request as the rules and the provider's deviations have it. */
export async function encodedByRules(
  client: Client,
  rules: TokenRequestRules,
  { url, headers, body }: { readonly url: string; readonly headers: Headers; readonly body: URLSearchParams },
  signal: AbortSignal,
): Promise<EncodedRequest> {
  const { method = 'POST', format = 'form' } = rules
  let draft: TokenRequestDraft = { url, method, format, headers, parameters: renamed(body, rules.parameter_names) }
  for (const hook of client.provider.hooks ?? []) draft = (await hook.request?.(draft, client, signal)) ?? draft
  return encoded(draft)
}

function encoded({ url, method, format, headers, parameters }: TokenRequestDraft): EncodedRequest {
  const plain = { method, headers }
  if (method === 'GET' || format === 'query') {
    const address = new URL(url)
    for (const [name, value] of parameters) address.searchParams.set(name, value)
    return { address: address.href, init: plain }
  }
  if (format === 'form') return formRequest(url, headers, parameters)
  headers.set('content-type', 'application/json')
  return { address: url, init: { ...plain, body: JSON.stringify(Object.fromEntries(parameters)) } }
}

/**
 * What the provider's deviations add to an answer. The tokens exist nowhere else, so a deviation that fails does not
 * lose them: they are kept, the access token counts as ended, and what the deviation threw is thrown after that.
 */
export async function completed(answer: TokenAnswer, client: Client): Promise<TokenAnswer> {
  let complete = answer
  try {
    for (const hook of client.provider.hooks ?? []) complete = (await hook.answered?.(complete, client)) ?? complete
    return complete
  } catch (error) {
    return { ...answer, expires_in: 1, thrown: error }
  }
}

/** What the definition says about refreshes, for this grant. */
export function ownRefreshRequest(
  provider: Provider,
  metadata: Readonly<Record<string, unknown>> | undefined,
): { readonly parameters: Readonly<Record<string, string | undefined>>; readonly rules: RequestRules } {
  const rules = provider.refresh_request
  const region = regionalEndpoints(provider, metadata)
  const redirect_uri = rules?.redirect_uri ? text(metadata?.['redirect_uri']) : undefined
  return {
    parameters: { ...repeatedParameters(provider, metadata), redirect_uri },
    rules: { ...rules, endpoint: region.refresh_endpoint ?? region.token_endpoint ?? provider.refresh_endpoint },
  }
}
