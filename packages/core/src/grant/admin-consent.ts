import type { Client } from '../client/client.ts'
import { OAuthError } from '../errors.ts'
import { scopeNames } from '../protocol/scope.ts'

/** What {@link adminConsentUrl} needs. */
export interface AdminConsentOptions {
  /** Where the provider sends the administrator afterwards: one that is registered for the client. */
  readonly redirect_uri?: string | undefined
  /** Returned unchanged; a program that looks at the outcome compares it. */
  readonly state?: string | undefined
  /** What is to be allowed. Default: what the client's registration lists. */
  readonly scope?: string | readonly string[] | undefined
}

/**
 * The link that an administrator of an organisation opens to allow the client for everybody in it. Makes no request.
 * Throws `NOT_SUPPORTED` where the provider has no such page.
 */
export function adminConsentUrl({ provider, client_id }: Client, options: AdminConsentOptions = {}): string {
  const { admin_consent_endpoint } = provider
  if (admin_consent_endpoint === undefined) {
    const message = `${provider.name} has no page on which an administrator allows a client for everybody.`
    throw new OAuthError('NOT_SUPPORTED', message, { provider: provider.id, outcome: 'not_sent' })
  }
  const url = new URL(admin_consent_endpoint)
  url.searchParams.set('client_id', client_id)
  const scope = scopeNames(options.scope).join(provider.scope_separator ?? ' ')
  if (scope !== '') url.searchParams.set('scope', scope)
  if (options.redirect_uri !== undefined) url.searchParams.set('redirect_uri', options.redirect_uri)
  if (options.state !== undefined) url.searchParams.set('state', options.state)
  return url.href
}
