import type * as oauth from 'oauth4webapi'
import { isOAuthError, OAuthError } from '../errors.ts'
import { ask, send } from '../http/ask.ts'
import type { Http } from '../http/http.ts'
import { assertSecureUrl } from '../http/secure-url.ts'
import { ADDRESSES } from '../provider/addresses.ts'
import { mayBeIssuer } from '../provider/issuer.ts'
import type { Provider } from '../provider/resolve.ts'
import { discoveryMode, givenEndpoints, givenMetadata } from './given-metadata.ts'
import { metadataMissing, metadataUnread } from './metadata-failure.ts'

/**
 * The authorization server's metadata: published by the issuer (OIDC Discovery, else RFC 8414), with the
 * definition's own endpoints on top; or made of those endpoints alone when they suffice.
 *
 * Throws `DISCOVERY_FAILED` and `ISSUER_MISMATCH` when the settings are wrong, and what says that the provider has trouble.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8414
 */
export async function discover(provider: Provider, transport: Http): Promise<oauth.AuthorizationServer> {
  const mode = discoveryMode(provider)
  if (mode === 'none' || provider.issuer === undefined) return givenMetadata(provider)
  const published = await fetchMetadata(provider, provider.issuer, mode, transport)
  const usable: Record<string, unknown> = { ...published }
  for (const field of ADDRESSES) {
    const address = usable[field]
    // What is no text is as good as not published; a request that needs it says so.
    if (typeof address !== 'string') delete usable[field]
    else if (field !== 'issuer') assertPublished(provider, field, address)
  }
  return { ...(usable as unknown as oauth.AuthorizationServer), ...givenEndpoints(provider) }
}

function assertPublished(provider: Provider, field: string, address: string): void {
  const about = { provider: provider.id }
  try {
    assertSecureUrl(address, `${provider.name}: ${field}`)
  } catch (error) {
    if (!isOAuthError(error) || error.code === 'INSECURE_URL') throw error
    throw new OAuthError('DISCOVERY_FAILED', `The metadata cannot be used. ${error.message}`, about)
  }
}

async function fetchMetadata(
  provider: Provider,
  issuer: string,
  mode: 'oidc' | 'oauth2',
  transport: Http,
): Promise<oauth.AuthorizationServer> {
  const other = mode === 'oidc' ? 'oauth2' : 'oidc'
  const first = await attempt(provider, issuer, mode, transport)
  if (!isOAuthError(first)) return first
  // A server that is there but publishes nothing here may publish at the other well-known address.
  if (first.status === undefined || first.class === 'transient') throw first
  const second = await attempt(provider, issuer, other, transport)
  if (!isOAuthError(second)) return second
  // What it has may be there and not to be had now.
  throw second.class === 'transient' ? second : first
}

async function attempt(
  provider: Provider,
  issuer: string,
  algorithm: 'oidc' | 'oauth2',
  transport: Http,
): Promise<oauth.AuthorizationServer | OAuthError> {
  const about = { provider: provider.id }
  const url = wellKnown(issuer, algorithm)
  try {
    const body = await ask({ http: transport, provider }, [], (signal) =>
      send(transport, url, { headers: { accept: 'application/json' }, signal }),
    )
    const { status, fields } = body
    if (status !== 200 || fields === undefined) {
      return metadataMissing(body, `${provider.name} publishes no metadata at ${url} (HTTP ${status}).`, about)
    }
    const published = typeof fields['issuer'] === 'string' ? fields['issuer'] : ''
    if (!sameIssuer(published, issuer, provider)) {
      const message = `${provider.name} was asked as ${issuer} but calls itself "${published}" (RFC 8414 §3.3).`
      return new OAuthError('ISSUER_MISMATCH', message, about)
    }
    return fields as unknown as oauth.AuthorizationServer
  } catch (cause) {
    return metadataUnread(cause, `The metadata of ${provider.name} at ${issuer}`, about)
  }
}

/** OpenID Connect Discovery §4 appends the well-known path to the issuer; RFC 8414 §3 puts it before the issuer's. */
function wellKnown(issuer: string, algorithm: 'oidc' | 'oauth2'): string {
  const url = new URL(issuer)
  const path = url.pathname.replace(/\/$/, '')
  url.pathname =
    algorithm === 'oidc' ? `${path}/.well-known/openid-configuration` : `/.well-known/oauth-authorization-server${path}`
  return url.href
}

/** Equal but for a trailing slash; or as the provider's pattern has it; or, with one issuer per tenant, at least of the same origin (RFC 8414 §3.3). */
function sameIssuer(published: string, asked: string, provider: Provider): boolean {
  const { issuer_rule, issuer_pattern } = provider
  if (issuer_pattern !== undefined) return mayBeIssuer(provider, published)
  if (issuer_rule !== 'tenant') return published.replace(/\/$/, '') === asked.replace(/\/$/, '')
  return URL.canParse(published) && new URL(published).origin === new URL(asked).origin
}
