import type { Client } from '../client/client.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { type AuthorizationOptions, beginAuthorization } from '../grant/begin-authorization.ts'
import { finishAuthorization } from '../grant/finish-authorization.ts'
import type { Grant } from '../grant/grant.ts'
import type { GrantStore } from '../store/store.ts'
import type { ConsentHandler } from './consent-handler.ts'

/** What {@link obtainConsent} needs. */
export interface ConsentOptions extends Omit<AuthorizationOptions, 'redirect_uri'> {
  readonly store: GrantStore
  readonly consent: ConsentHandler
  /** Exactly as registered at the provider. Default: the one the handler brings. */
  readonly redirect_uri?: string | undefined
  /** Let another person's consent replace the grant of the one before. Default false: `WRONG_ACCOUNT`. */
  readonly allowOtherSubject?: boolean | undefined
}

/**
 * Asks a person for consent and stores the grant, in one call: for programs that have the person in front of them.
 * When this resolves, the grant is stored.
 *
 * Throws `ABORTED` when the handler came back with nothing, and what {@link beginAuthorization} and
 * {@link finishAuthorization} throw.
 *
 * @example
 * ```ts
 * import { type Client, type GrantStore, obtainConsent } from '@evergrant/core'
 *
 * async function connect(client: Client, store: GrantStore, ask: (url: string) => Promise<string>) {
 *   return obtainConsent(client, { grant: 'alice', store, consent: ask, redirect_uri: 'https://app.example/callback' })
 * }
 * ```
 */
export async function obtainConsent(client: Client, options: ConsentOptions): Promise<Grant> {
  const { store, consent, allowOtherSubject, ...request } = options
  const redirect_uri = options.redirect_uri ?? consent.redirectUri
  if (redirect_uri === undefined) {
    throw new OAuthError('INVALID_ARGUMENT', 'obtainConsent needs redirect_uri: this consent handler brings none.')
  }
  try {
    const { url, pending } = await beginAuthorization(client, { ...request, redirect_uri })
    const callback = await consent(url)
    if (callback === undefined || callback.trim() === '') {
      throw new OAuthError('ABORTED', `Nobody consented for grant ${options.grant}.`, { grant: options.grant })
    }
    const grant = await finishAuthorization(client, { callback, pending, store, allowOtherSubject })
    await consent.settled?.({ grant: grant.id, provider: client.provider.name })
    return grant
  } catch (error) {
    if (isOAuthError(error)) await consent.settled?.(error)
    throw error
  }
}
