import type * as oauth from 'oauth4webapi'
import type { Client } from '../client/client.ts'
import { OAuthError } from '../errors.ts'
import { adviceFor, guidanceOf } from '../provider/error-advice.ts'
import { exactIssuer, mayBeIssuer } from '../provider/issuer.ts'
import type { Provider } from '../provider/resolve.ts'
import { scrub } from '../redacted.ts'
import type { PendingAuthorization, PendingStore } from './pending-authorization.ts'

/**
 * What an authorization response must pass before anything in it is used: it belongs to an authorization that was begun
 * here and waits (state), by this client, in time, at the server that was asked (`iss`, RFC 9207), and it is no error.
 * `issuerInToken`: whether a token in the response names the issuer and will be verified, which does as well (§2).
 */
export async function checkedCallback(
  client: Client,
  parameters: URLSearchParams,
  waiting: PendingAuthorization | PendingStore,
  issuerInToken: (pending: PendingAuthorization) => boolean = () => false,
): Promise<{ pending: PendingAuthorization; as: oauth.AuthorizationServer }> {
  const pending = await taken(waiting, parameters.get('state'))
  const { provider } = client
  const about = { provider: provider.id, grant: pending.grant }
  if (pending.client_id !== client.client_id || pending.provider !== provider.id) {
    const message = `The callback belongs to client ${pending.client_id} of ${pending.provider}, not to ${client.client_id} of ${provider.id}.`
    throw new OAuthError('STATE_MISMATCH', message, about)
  }
  if (parameters.get('state') !== pending.state) {
    const message = 'The callback does not belong to the authorization that was begun here: its state differs.'
    throw new OAuthError('STATE_MISMATCH', message, about)
  }
  if (client.http.clock.now() >= pending.expires_at) {
    const message = `The authorization expired ${Math.ceil(client.http.clock.now() - pending.expires_at)} s ago.`
    throw new OAuthError('AUTHORIZATION_EXPIRED', message, about)
  }
  const as = await client.metadata()
  assertIssuer(client, as, parameters, issuerInToken(pending), about)
  const error = parameters.get('error')
  if (error !== null) throw refused(provider, scrub(error.slice(0, 200)), parameters, about)
  return { pending, as }
}

async function taken(
  pending: PendingAuthorization | PendingStore,
  state: string | null,
): Promise<PendingAuthorization> {
  if (!('take' in pending)) return pending
  const found = state === null ? undefined : await pending.take(state)
  if (found !== undefined) return found
  const message = 'No authorization is waiting for this callback: it was used already, or it began somewhere else.'
  throw new OAuthError('AUTHORIZATION_NOT_FOUND', message)
}

function assertIssuer(
  client: Client,
  as: oauth.AuthorizationServer,
  parameters: URLSearchParams,
  inToken: boolean,
  about: object,
): void {
  const { provider } = client
  const iss = parameters.get('iss')
  // Without a known issuer, or with one that differs by tenant, there is nothing to compare with.
  if (exactIssuer(provider) === undefined && mayBeIssuer(provider, iss ?? as.issuer)) parameters.delete('iss')
  else if (iss !== null && iss !== as.issuer) {
    const message = `The callback came from ${iss}, but ${as.issuer} was asked (RFC 9207).`
    throw new OAuthError('ISSUER_MISMATCH', message, about)
  } else if (iss === null && !inToken && as.authorization_response_iss_parameter_supported === true) {
    const message = `${provider.name} says that it names itself in every callback, but this one has no iss (RFC 9207).`
    throw new OAuthError('ISSUER_MISMATCH', message, about)
  }
}

/** Words for refusing consent that are not RFC 6749's. */
const DECLINED = new Set([
  'access_denied',
  'user_denied',
  'user_cancelled_login',
  'user_cancelled_authorize',
  'consent_required',
])

function refused(provider: Provider, error: string, parameters: URLSearchParams, about: object): OAuthError {
  const { name, callback } = provider
  const said = (field: string): string | undefined => scrub((parameters.get(field) ?? '').slice(0, 600)) || undefined
  const error_description = said('error_description')
  const known = adviceFor(provider.advice, {
    error,
    description: error_description,
    fields: Object.fromEntries(parameters),
    step: 'authorization',
  })
  const details = {
    ...about,
    error,
    error_description,
    error_uri: said('error_uri'),
    guidance: known && guidanceOf(known),
    claims: said('claims'),
  }
  const words = error_description === undefined ? '' : `: ${error_description.replace(/[.\s]+$/, '')}`
  if (known?.as !== undefined)
    return new OAuthError(known.as, `${name} refused the authorization: ${error}${words}.`, details)
  // RFC 6749 §4.1.2.1: trouble of the provider, which nobody's settings cause.
  if (error === 'server_error' || error === 'temporarily_unavailable') {
    return new OAuthError('PROVIDER_UNAVAILABLE', `${name} had trouble with the consent: ${error}${words}.`, details)
  }
  return DECLINED.has(error) || callback?.declined?.includes(error) === true
    ? new OAuthError('ACCESS_DENIED', `Consent was declined at ${name}${words}.`, details)
    : new OAuthError('AUTHORIZATION_REFUSED', `${name} refused the authorization: ${error}${words}.`, details)
}
