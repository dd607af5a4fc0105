import { type Clock, systemClock } from '../clock.ts'
import { bearerOnly } from './bearer-only.ts'
import type { Tokens } from './tokens.ts'

/** What `OAuth2Client.refreshHandler` of google-auth-library returns; the time in epoch milliseconds. */
export interface GoogleCredentials {
  access_token: string
  expiry_date: number
}

/**
 * The `refreshHandler` of google-auth-library's `OAuth2Client`: that client then is an `AuthClient` for Google's
 * libraries, and its tokens come from here. With `forceRefreshOnFailure: true` it also replays once after a 401.
 *
 * The library keeps a token of its own; asking again while that is still good means that it was refused. It cannot
 * prove a bound token (DPoP): `NOT_SUPPORTED`.
 *
 * @example
 * ```ts
 * import { googleRefreshHandler } from '@evergrant/core/adapters'
 * import { OAuth2Client } from 'google-auth-library'
 * import type { TokenSource } from '@evergrant/core'
 *
 * function googleAuth(source: TokenSource): OAuth2Client {
 *   const client = new OAuth2Client({ forceRefreshOnFailure: true })
 *   client.refreshHandler = googleRefreshHandler(source)
 *   return client
 * }
 * ```
 */
export function googleRefreshHandler(
  source: Tokens,
  { clock = systemClock }: { readonly clock?: Clock | undefined } = {},
): () => Promise<GoogleCredentials> {
  let last: GoogleCredentials | undefined
  return async () => {
    const ending = last === undefined || last.expiry_date <= (clock.now() + EAGER) * 1000
    const token = await source.token(ending ? undefined : { rejected: last?.access_token })
    // An unknown end is five minutes beyond the library's own margin, so that it asks again soon.
    const end = token.expires_at ?? clock.now() + EAGER + 300
    last = { access_token: bearerOnly(token, INSTEAD), expiry_date: Math.floor(end * 1000) }
    return last
  }
}

const INSTEAD = 'Send the requests with `source.fetch`, or give google-auth-library a source without DPoP.'

/** Seconds: google-auth-library renews so long before the end. */
const EAGER = 300
