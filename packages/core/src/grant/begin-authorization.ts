import type * as oauth from 'oauth4webapi'
import type { Client } from '../client/client.ts'
import { OAuthError } from '../errors.ts'
import { expected } from '../expected.ts'
import { assertSecureUrl, isLoopback } from '../http/secure-url.ts'
import { scopeNames } from '../protocol/scope.ts'
import { quietly } from '../redacted.ts'
import { assertReturnable } from './assert-returnable.ts'
import { authorizationAddress } from './authorization-address.ts'
import { type AuthorizationStep, pushedRequest } from './authorization-step.ts'
import { codeChallenge } from './code-challenge.ts'
import type { PendingAuthorization } from './pending-authorization.ts'
import { unguessable } from './unguessable.ts'

/** What {@link beginAuthorization} needs. */
export interface AuthorizationOptions {
  /** Id of the grant that the consent is for: an existing one is renewed in place. */
  readonly grant: string
  /** Exactly as registered at the provider. Default: the provider's own page for programs, where it has one. */
  readonly redirect_uri?: string | undefined
  /** Scopes to ask for beside the provider's default ones. A string is split at spaces. */
  readonly scope?: string | readonly string[] | undefined
  /** Scopes of a provider's second list, for the second token that it gives. Only where its definition names one. */
  readonly second_scope?: string | readonly string[] | undefined
  /** PKCE is switched on for this client, at a provider where that is a setting. Others decide by themselves. */
  readonly pkce?: boolean | undefined
  /** Resource indicator (RFC 8707). */
  readonly resource?: string | undefined
  /** The account's name at the provider, so that the person need not type it. */
  readonly login_hint?: string | undefined
  /** Whether a refresh token is held already; providers that give one only on the first consent are then not forced. */
  readonly hasRefreshToken?: boolean | undefined
  /**
   * What the consent must prove, as JSON (OpenID Connect Core §5.5): what an error told as its `claims`, or
   * {@link claimsChallenge} read from an API's answer. Passed on unchanged.
   */
  readonly claims?: string | undefined
  /** Extra parameters of the authorization request; they win over the provider's, never over the protocol's. */
  readonly params?: Readonly<Record<string, string>> | undefined
  /** What exactly is asked for, where a scope says too little (RFC 9396). */
  readonly authorization_details?: readonly AuthorizationDetail[] | undefined
  /** How the callback comes: `query` of itself, `form_post` as a form, and the `jwt` ones signed (JARM). */
  readonly response_mode?: ResponseMode | undefined
  /**
   * A state of your own, instead of one that nobody can guess. The callback is told apart from forged ones by it (RFC 6749
   * §10.12), so it must be unguessable and used once.
   */
  readonly state?: string | undefined
  /** How the request travels: `pushedRequest`, `signedRequest(key)`, in this order of application. */
  readonly steps?: readonly AuthorizationStep[] | undefined
  /** Seconds until the authorization expires. Default 600. */
  readonly lifetime?: number | undefined
}

/** One thing that is asked for (RFC 9396 §2); its other fields are those of its type. */
export interface AuthorizationDetail {
  readonly type: string
  readonly [field: string]: unknown
}

/** How an authorization response comes back. */
export type ResponseMode = 'query' | 'fragment' | 'form_post' | 'jwt' | 'query.jwt' | 'fragment.jwt' | 'form_post.jwt'

/** The address of the consent page, and what finishing needs. */
export interface BegunAuthorization {
  readonly url: string
  readonly pending: PendingAuthorization
}

/** Parameters that decide about security: a caller's extra parameters cannot change them. */
const PROTOCOL = new Set([
  'response_type',
  'client_id',
  'redirect_uri',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'request',
  'request_uri',
])

/**
 * Begins an authorization code flow (RFC 6749 §4.1) with PKCE S256 (RFC 7636), state and nonce. Makes no request
 * except the first discovery and a push (RFC 9126). Changes nothing: keep `pending`, send the person to `url`, and give the callback to
 * {@link finishAuthorization}. Several authorizations may be pending for one grant.
 *
 * Throws `REDIRECT_URI_MISMATCH`, `INVALID_ARGUMENT` (a redirect URI that no answer may go to), `INSECURE_URL`, `MISSING_ENDPOINT`, `DISCOVERY_FAILED`, and a transient error while the
 * provider's metadata cannot be had.
 */
export async function beginAuthorization(client: Client, options: AuthorizationOptions): Promise<BegunAuthorization> {
  const { provider, client_id } = client
  const registered = options.redirect_uri ?? provider.redirect_uri?.default
  if (registered === undefined) {
    const message = `${provider.name} needs a redirect URI: the address that it sends people back to.`
    throw new OAuthError('MISSING_PARAMETER', message, { provider: provider.id })
  }
  assertRedirectUri(client, registered)
  const rules = provider.authorization_request ?? {}
  const as = await client.metadata()
  if (as.authorization_endpoint === undefined) {
    throw new OAuthError('MISSING_ENDPOINT', `${provider.name} has no authorization endpoint.`, {
      provider: provider.id,
    })
  }
  const now = client.http.clock.now()
  const names = [...(provider.default_scopes ?? []), ...scopeNames(options.scope), ...(provider.offline_scopes ?? [])]
  // A caller that overrides the whole parameter asks for just that, and it is what the grant remembers.
  const scope = scopeNames(options.params?.['scope'] ?? names)
  const [random = '', nonce = '', verifier = ''] = unguessable(3)
  const state = options.state || random
  const redirect_uri = sentRedirectUri(client, registered, state)
  const asked = new URLSearchParams()
  const extra = {
    ...provider.authorization_params,
    ...(options.hasRefreshToken === true ? {} : provider.first_consent_params),
    ...(options.login_hint === undefined ? {} : { login_hint: options.login_hint }),
    ...(options.resource === undefined ? {} : { resource: options.resource }),
    ...(options.claims === undefined ? {} : { claims: options.claims }),
    ...options.params,
  }
  for (const [name, value] of Object.entries(extra))
    if (!PROTOCOL.has(name) && value !== undefined) asked.set(name, value)
  const separator = provider.scope_separator ?? ' '
  asked.set('response_type', provider.authorization_params?.['response_type'] ?? 'code')
  asked.set('client_id', client_id)
  asked.set('redirect_uri', redirect_uri)
  if (scope.length > 0 && !('scope' in extra)) asked.set('scope', scope.join(separator))
  const second = scopeNames(options.second_scope)
  if (rules.second_scope_param !== undefined && second.length > 0)
    asked.set(rules.second_scope_param, second.join(separator))
  if (provider.callback?.state_in_redirect_uri !== true) asked.set('state', state)
  const asksNonce = rules.nonce === 'always' || (rules.nonce !== 'never' && scope.includes('openid'))
  if (asksNonce) asked.set('nonce', nonce)
  const challenge = codeChallenge(provider.pkce, verifier, options.pkce)
  for (const [name, value] of Object.entries(challenge)) asked.set(name, value)
  if (options.authorization_details !== undefined)
    asked.set('authorization_details', JSON.stringify(options.authorization_details))
  const response_mode = options.response_mode ?? asked.get('response_mode') ?? undefined
  if (response_mode !== undefined) asked.set('response_mode', response_mode)
  const sent = await travelling(client, as, asked, options.steps ?? [])
  const url = authorizationAddress(as.authorization_endpoint, sent, provider)
  const pending = quietly<PendingAuthorization>({
    state,
    ...(response_mode === undefined ? {} : { response_mode }),
    ...('code_challenge' in challenge ? { code_verifier: verifier } : {}),
    ...(asksNonce ? { nonce } : {}),
    redirect_uri,
    provider: provider.id,
    client_id,
    grant: options.grant,
    ...(scope.length > 0 ? { scope: scope.join(' ') } : {}),
    ...(second.length > 0 ? { second_scope: second.join(' ') } : {}),
    ...(options.resource === undefined ? {} : { resource: options.resource }),
    created_at: now,
    expires_at: now + (options.lifetime ?? 600),
  })
  return { url, pending }
}

async function travelling(
  client: Client,
  as: oauth.AuthorizationServer,
  asked: URLSearchParams,
  steps: readonly AuthorizationStep[],
): Promise<URLSearchParams> {
  let parameters = asked
  for (const step of steps) parameters = await step(client, as, parameters)
  const mustPush = as.require_pushed_authorization_requests === true && !parameters.has('request_uri')
  return mustPush ? pushedRequest(client, as, parameters) : parameters
}

/** Throws when the redirect URI is not one of the client's, would be insecure, or is none that the provider takes. */
export function assertRedirectUri(client: Client, redirect_uri: string): void {
  const { provider, redirect_uris } = client
  assertReturnable(redirect_uri)
  if (redirect_uris !== undefined && !Array.isArray(redirect_uris)) throw expected('redirect_uris')
  // Private-use schemes (RFC 8252 §7.1) are not web addresses; only web addresses can be insecure.
  if (/^https?:/i.test(redirect_uri)) assertSecureUrl(redirect_uri, 'redirect URI')
  else if (!URL.canParse(redirect_uri)) {
    throw new OAuthError('INVALID_ARGUMENT', `"${redirect_uri}" is not an absolute redirect URI.`, {
      provider: provider.id,
    })
  }
  const { pattern, help = `It must match ${pattern}.` } = provider.redirect_uri ?? {}
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(redirect_uri)) {
    const message = `${provider.name} does not take the redirect URI ${redirect_uri}. ${help}`
    throw new OAuthError('REDIRECT_URI_MISMATCH', message, { provider: provider.id })
  }
  if (redirect_uris === undefined || redirect_uris.some((known) => sameRedirect(known, redirect_uri))) return
  const message = `The redirect URI ${redirect_uri} is not registered for this client of ${provider.name}; registered: ${redirect_uris.join(', ')}.`
  throw new OAuthError('REDIRECT_URI_MISMATCH', message, { provider: provider.id })
}

/** What goes out as the redirect URI: itself, with the state in it, or a name that stands for it. */
function sentRedirectUri({ provider }: Client, redirect_uri: string, state: string): string {
  const { sent_as } = provider.redirect_uri ?? {}
  if (sent_as !== undefined) return sent_as
  if (provider.callback?.state_in_redirect_uri !== true) return redirect_uri
  const url = new URL(redirect_uri)
  url.searchParams.set('state', state)
  return url.href
}

/** Byte for byte (RFC 9700 §2.1), but a loopback listener may have any port (RFC 8252 §7.3). */
function sameRedirect(registered: string, used: string): boolean {
  if (registered === used) return true
  if (!URL.canParse(registered)) return false
  const [a, b] = [new URL(registered), new URL(used)]
  if (!isLoopback(a.hostname) || a.hostname === 'localhost') return false
  a.port = ''
  b.port = ''
  return a.href === b.href
}
