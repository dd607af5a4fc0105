import * as oauth from 'oauth4webapi'
import { lifetime } from '../answer/lifetime.ts'
import type { TokenAnswer } from '../answer/token-answer.ts'
import type { Client } from '../client/client.ts'
import { OAuthError } from '../errors.ts'
import { assertRedirectUri } from '../grant/begin-authorization.ts'
import { callbackParameters } from '../grant/callback.ts'
import { checkedCallback } from '../grant/callback-checks.ts'
import type { Grant, Subject } from '../grant/grant.ts'
import type { PendingAuthorization, PendingStore } from '../grant/pending-authorization.ts'
import { type ConsentTarget, recordConsent } from '../grant/record-consent.ts'
import { NO_TOKEN, verifyIdToken } from '../protocol/id-token.ts'
import { scopeNames } from '../protocol/scope.ts'
import { quietly } from '../redacted.ts'

/** What the callback is to carry (RFC 6749 §4.2, OpenID Connect Core §3.2). */
export type ImplicitResponseType = 'token' | 'id_token' | 'id_token token'

/** What {@link beginImplicitAuthorization} needs. */
export interface ImplicitOptions {
  /** Id of the grant. */
  readonly grant: string
  readonly redirect_uri: string
  /** Default `token`. */
  readonly response_type?: ImplicitResponseType | undefined
  readonly scope?: string | readonly string[] | undefined
  readonly params?: Readonly<Record<string, string>> | undefined
  /** Seconds until the authorization expires. Default 600. */
  readonly lifetime?: number | undefined
}

/** The address of the consent page, and what finishing needs. */
export interface BegunImplicit {
  readonly url: string
  readonly pending: PendingImplicit
}

/** An implicit authorization that has begun. JSON-safe. */
export interface PendingImplicit extends PendingAuthorization {
  readonly response_type: ImplicitResponseType
}

/** What {@link finishImplicitAuthorization} needs. */
export interface ImplicitCallbackOptions extends ConsentTarget {
  /** The whole callback with its fragment, or the fields of a `form_post`. */
  readonly callback: string | URL | URLSearchParams
  readonly pending: PendingImplicit | PendingStore
}

/** What came of an implicit authorization. */
export interface ImplicitOutcome {
  /** The grant as stored; undefined when only an id_token was asked for, for that is no access. */
  readonly grant: Grant | undefined
  /** Who consented, from the verified id_token. */
  readonly subject: Subject | undefined
  readonly id_token: string | undefined
}

/**
 * Begins an implicit flow with state and nonce. Makes no request except the first discovery.
 *
 * @deprecated RFC 9700 §2.1.2: the token travels through the browser's address. Use an authorization code with PKCE.
 */
export async function beginImplicitAuthorization(client: Client, options: ImplicitOptions): Promise<BegunImplicit> {
  const { provider, client_id, http } = client
  const { response_type = 'token', redirect_uri } = options
  assertRedirectUri(client, redirect_uri)
  const as = await client.metadata()
  if (as.authorization_endpoint === undefined) {
    const message = `${provider.name} has no authorization endpoint.`
    throw new OAuthError('MISSING_ENDPOINT', message, { provider: provider.id })
  }
  const openid = response_type.includes('id_token') ? ['openid'] : []
  const scope = scopeNames([...openid, ...(provider.default_scopes ?? []), ...scopeNames(options.scope)])
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  const protocol = { response_type, client_id, redirect_uri, state, nonce }
  const url = new URL(as.authorization_endpoint)
  const asked = scope.length > 0 ? { scope: scope.join(provider.scope_separator ?? ' ') } : {}
  for (const [name, value] of Object.entries({
    ...provider.authorization_params,
    // A token must not stand in a query (OAuth 2.0 Multiple Response Type Encoding Practices §5).
    ...(provider.authorization_params?.['response_mode'] === 'query' ? { response_mode: 'fragment' } : {}),
    ...asked,
    ...options.params,
    ...protocol,
  }))
    url.searchParams.set(name, value)
  const now = http.clock.now()
  const pending = quietly<PendingImplicit>({
    response_type,
    state,
    nonce,
    redirect_uri,
    provider: provider.id,
    client_id,
    grant: options.grant,
    ...(scope.length > 0 ? { scope: scope.join(' ') } : {}),
    created_at: now,
    expires_at: now + (options.lifetime ?? 600),
  })
  return { url: url.href, pending }
}

/**
 * Finishes an implicit flow: checks state, `iss` and age, verifies the id_token's signature, nonce and its hash of the
 * access token, and writes the grant. An id_token never becomes an access token.
 *
 * Throws `CALLBACK_INVALID`, `ID_TOKEN_INVALID`, and what `finishAuthorization` throws before its request.
 *
 * @deprecated See {@link beginImplicitAuthorization}.
 */
export async function finishImplicitAuthorization(
  client: Client,
  options: ImplicitCallbackOptions,
): Promise<ImplicitOutcome> {
  const parameters = callbackParameters(options.callback, ['access_token', 'id_token'])
  const sent = client.http.clock.now()
  const { pending, as } = await checkedCallback(client, parameters, options.pending, (one) => {
    return asked(one).includes('id_token')
  })
  const about = { provider: client.provider.id, grant: pending.grant }
  const wanted = asked(pending)
  const access_token = wanted.includes('token') ? parameters.get('access_token') : null
  const id_token = wanted.includes('id_token') ? parameters.get('id_token') : null
  if ((wanted.includes('token') && !access_token) || (wanted.includes('id_token') && !id_token)) {
    const message = `The callback does not bring what was asked for: ${wanted.join(' and ')}.`
    throw new OAuthError('CALLBACK_INVALID', message, about)
  }
  const { access_token: _, id_token: __, state: ___, ...raw } = Object.fromEntries(parameters)
  const expires_in = lifetime(raw, sent)
  const answer: TokenAnswer = {
    access_token: access_token ?? NO_TOKEN,
    token_type: parameters.get('token_type') ?? 'Bearer',
    ...(expires_in === undefined ? {} : { expires_in }),
    ...(raw['scope'] === undefined ? {} : { scope: raw['scope'] }),
    ...(id_token === null ? {} : { id_token }),
    raw,
  }
  if (id_token !== null && as.jwks_uri === undefined) {
    // From the browser, only the signature says who wrote it (OpenID Connect Core §3.2.2.11).
    const message = `${client.provider.name} publishes no keys to verify the id_token with.`
    throw new OAuthError('ID_TOKEN_INVALID', message, about)
  }
  const subject = await verifyIdToken(client, answer, { nonce: pending.nonce, hashes: 'required' })
  const grant =
    access_token === null ? undefined : await recordConsent(client, options, pending, { answer, subject, sent })
  return { grant, subject, id_token: id_token ?? undefined }
}

function asked(pending: PendingAuthorization): string[] {
  return 'response_type' in pending ? String(pending.response_type).split(' ') : []
}
