import { isQuietly, quietly } from '../redacted.ts'

/**
 * An access token as it is cached, stored and handed out. JSON-safe: `JSON.parse(JSON.stringify(token))` is the
 * same token. `console.log` hides its secrets.
 */
export interface AccessToken {
  readonly access_token: string
  readonly token_type: string
  /** The scope that was granted, space separated. */
  readonly scope?: string
  /** Epoch seconds, fixed at receipt. Absent when the provider did not say and no lifetime is known. */
  readonly expires_at?: number
  /** Epoch seconds from which a new token is fetched in the background while this one is still served. */
  readonly refresh_at?: number
  readonly id_token?: string
  /** The private key that the token is bound to (RFC 9449): a secret as the token itself. */
  readonly dpop_key?: JsonWebKey
  /** What else the provider answered, unchanged, without the tokens. */
  readonly raw: Readonly<Record<string, unknown>>
}

/** Makes an access token that prints without its secrets. */
export function accessToken(fields: AccessToken): AccessToken {
  return isQuietly(fields) ? fields : Object.freeze(quietly(fields))
}
