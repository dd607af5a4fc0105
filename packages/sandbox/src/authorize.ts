import { mayUse, registeredRedirect, type SandboxClient } from './clients.ts'
import type { CodeChallenge } from './codes.ts'
import { consentPage } from './consent-page.ts'
import type { Engine, Handler } from './engine.ts'
import { type Answer, type Issued, redirectAnswer } from './http-answer.ts'
import { errorPage, html, pageAnswer } from './page.ts'
import type { Parameters } from './parameters.ts'
import { ProtocolError } from './protocol-error.ts'
import { checkedResources, checkedScope, scopeTokens } from './scope.ts'

/** The authorization endpoint (RFC 6749 §3.1): checks the request, then asks the person. */
export const authorize: Handler = (exchange, engine) => {
  const parameters = exchange.method === 'POST' ? exchange.form : exchange.query
  const twice = parameters.duplicated()
  const client = engine.clients.find(parameters.get('client_id'))
  if (client === undefined || twice === 'client_id')
    return errorPage(
      'Unknown application',
      'The request does not name a client that is registered here (client_id).',
      'invalid_client',
    )
  const redirectUri = requestedRedirect(parameters, client, engine)
  // RFC 6749 §4.1.2.1: as long as it is not certain where the client lives, the person must not be sent anywhere.
  if (redirectUri === undefined || twice === 'redirect_uri')
    return errorPage(
      'Wrong return address',
      `The redirect_uri is not one that is registered for ${client.client_name ?? client.client_id}. It must be the same, character by character.`,
      'invalid_redirect_uri',
    )

  const state = parameters.get('state')
  const formPost = parameters.get('response_mode') === 'form_post'
  try {
    if (twice !== undefined)
      throw new ProtocolError('invalid_request', `The parameter ${twice} was sent more than once.`)
    const scope = checkedScope(parameters.get('scope'), client.scope)
    checkRequest(parameters, client, scope)
    const request = {
      kind: 'authorization' as const,
      clientId: client.client_id,
      redirectUri,
      formPost,
      redirectUriSent: parameters.get('redirect_uri') !== undefined,
      scope,
      resources: checkedResources(parameters.all('resource')),
      state,
      nonce: parameters.get('nonce'),
      pkce: codeChallenge(parameters, engine),
      loginHint: parameters.get('login_hint'),
      authority: exchange.authority,
    }
    return consentPage(engine, { request, client, cookie: exchange.headers.cookie })
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return refuseRedirect(engine, { redirectUri, state, formPost }, error.error, error.message)
  }
}

function requestedRedirect(parameters: Parameters, client: SandboxClient, engine: Engine): string | undefined {
  const requested = parameters.get('redirect_uri')
  // Where the state travels in the redirect URI, only that part of it may differ.
  const fixed = engine.settings.imitate?.callback?.state_in_redirect_uri
    ? requested?.replace(/[?&]state=[\w-]+$/, '')
    : requested
  if (fixed !== undefined) return registeredRedirect(client, fixed) ? requested : undefined
  // RFC 6749 §3.1.2.3 lets a client with exactly one registered redirect URI leave it out.
  const [only, ...others] = client.redirect_uris ?? []
  return others.length === 0 ? only : undefined
}

function checkRequest(parameters: Parameters, client: SandboxClient, scope: string): void {
  for (const name of ['request', 'request_uri']) {
    if (parameters.get(name) !== undefined)
      throw new ProtocolError(`${name}_not_supported`, `The sandbox does not take the parameter ${name}.`)
  }
  const responseType = parameters.require('response_type')
  if (responseType !== 'code')
    throw new ProtocolError('unsupported_response_type', 'The sandbox answers response_type=code only.')
  if (!['query', 'form_post'].includes(parameters.get('response_mode') ?? 'query'))
    throw new ProtocolError('invalid_request', 'The sandbox answers response_mode=query or form_post only.')
  if (!mayUse(client, 'authorization_code'))
    throw new ProtocolError('unauthorized_client', 'This client is not registered for the authorization code grant.')
  const prompts = scopeTokens(parameters.get('prompt'))
  if (prompts.includes('none')) {
    if (prompts.length > 1)
      throw new ProtocolError('invalid_request', 'prompt=none cannot be combined with another value.')
    // The sandbox keeps no sign-in session, so it always has to ask.
    const error = scopeTokens(scope).includes('openid') ? 'login_required' : 'interaction_required'
    throw new ProtocolError(error, 'The sandbox cannot answer without asking the person.')
  }
}

function codeChallenge(parameters: Parameters, engine: Engine): CodeChallenge | undefined {
  const challenge = parameters.get('code_challenge')
  const required = engine.settings.pkce === 'required'
  if (challenge === undefined) {
    if (required || parameters.get('code_challenge_method') !== undefined)
      throw new ProtocolError('invalid_request', 'The parameter code_challenge is missing (RFC 7636).')
    return undefined
  }
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(challenge))
    throw new ProtocolError(
      'invalid_request',
      'The code_challenge must be 43 to 128 unreserved characters (RFC 7636 §4.2).',
    )
  const method = parameters.get('code_challenge_method') ?? 'plain'
  if (method === 'S256' || (method === 'plain' && !required)) return { challenge, method }
  throw new ProtocolError('invalid_request', `The code_challenge_method ${method} is not accepted; use S256.`)
}

interface Return {
  readonly redirectUri: string
  readonly state?: string | undefined
  readonly formPost?: boolean | undefined
}

/** RFC 6749 §4.1.2 and RFC 9207: sends the person back to the client with an answer. */
export function returnRedirect(engine: Engine, to: Return, fields: Record<string, string>, issued?: Issued): Answer {
  const answer = {
    ...fields,
    ...(to.state === undefined ? {} : { state: to.state }),
    ...(engine.settings.issParameter ? { iss: engine.issuer } : {}),
  }
  const outcome = {
    ...(fields.error === undefined ? {} : { error: fields.error }),
    ...(issued === undefined ? {} : { issued }),
  }
  if (to.formPost) return formPage(to.redirectUri, answer, outcome)
  // Joined as text: RFC 6749 §3.1.2 wants the query of the registered redirect URI kept, and URL would respell it.
  const location = to.redirectUri + (to.redirectUri.includes('?') ? '&' : '?') + new URLSearchParams(answer)
  return redirectAnswer(location, outcome)
}

/** A page whose form takes the answer to the client. */
function formPage(
  redirectUri: string,
  fields: Record<string, string>,
  outcome: { error?: string; issued?: Issued },
): Answer {
  const page = pageAnswer({
    title: 'Back to the application',
    content: html`<form method="post" action="${redirectUri}" data-return="form_post">
${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<div class="actions"><button>Continue</button></div>
</form>`,
    leadsTo: redirectUri,
  })
  return { ...page, ...outcome }
}

export function refuseRedirect(engine: Engine, to: Return, error: string, description: string): Answer {
  return returnRedirect(engine, to, { error, error_description: description })
}
