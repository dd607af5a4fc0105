import { type AccessToken, accessToken, type Grant } from '@evergrant/core'

/**
 * A token with what renews it: JSON-safe, so store it as it is. `expires_at` is in epoch seconds, `raw` holds what else
 * the provider answered, `expires_in` too. `console.log` hides its secrets.
 */
export interface OAuthToken extends AccessToken {
  readonly refresh_token?: string
  /** Epoch seconds, when the provider told. */
  readonly refresh_expires_at?: number
}

/** The token of a grant. */
export function oauthToken(of: Grant): OAuthToken | undefined {
  const access = of.access['']
  if (access === undefined) return undefined
  const { refresh_token, refresh_expires_at } = of
  const token: OAuthToken = {
    ...access,
    ...(refresh_token === undefined ? {} : { refresh_token }),
    ...(refresh_expires_at === undefined ? {} : { refresh_expires_at }),
  }
  return accessToken(token)
}
