import { type Clock, systemClock } from '../clock.ts'
import { needsNewToken } from '../http/bearer.ts'
import { bearerOnly } from './bearer-only.ts'
import type { HeadersLike, Tokens } from './tokens.ts'

const INSTEAD = 'Send the requests with `source.fetch`, or give Azure’s libraries a source without DPoP.'

/** What Azure's libraries call an access token; times in epoch milliseconds. */
export interface AzureAccessToken {
  token: string
  expiresOnTimestamp: number
  refreshAfterTimestamp?: number
  tokenType: 'Bearer'
}

/** The shape of `TokenCredential` of `@azure/core-auth`. */
export interface AzureTokenCredential {
  getToken(
    scopes: string | string[],
    options?: { readonly abortSignal?: object; readonly claims?: string },
  ): Promise<AzureAccessToken>
}

/** How {@link azureCredential} behaves. */
export interface AzureCredentialOptions {
  /** Ask for the scopes that the library names; false hands out the grant's own token. Default true. */
  readonly scopes?: boolean | undefined
  readonly clock?: Clock | undefined
}

/**
 * A token source as the `TokenCredential` of Azure's libraries. A claims challenge brings a new token. A token whose
 * end is unknown is given out for five minutes at a time. Azure's libraries cannot prove a bound token (DPoP):
 * `NOT_SUPPORTED`.
 */
export function azureCredential(source: Tokens, options: AzureCredentialOptions = {}): AzureTokenCredential {
  const { clock = systemClock } = options
  return {
    async getToken(scopes, { abortSignal, claims } = {}) {
      const names = [scopes].flat().join(' ')
      const token = await source.token({
        scope: options.scopes === false || names === '' ? undefined : names,
        force: claims === undefined ? undefined : true,
        signal: abortSignal instanceof AbortSignal ? abortSignal : undefined,
      })
      return {
        token: bearerOnly(token, INSTEAD),
        expiresOnTimestamp: Math.floor((token.expires_at ?? clock.now() + 300) * 1000),
        ...(token.refresh_at === undefined ? {} : { refreshAfterTimestamp: Math.floor(token.refresh_at * 1000) }),
        tokenType: 'Bearer',
      }
    },
  }
}

interface AzureChallenge {
  readonly request: { readonly headers: HeadersLike & { get(name: string): string | undefined } }
  readonly response: { readonly status: number; readonly headers: { get(name: string): string | undefined } }
  readonly scopes: string[]
}

/**
 * `challengeCallbacks` for `bearerTokenAuthenticationPolicy`: a 401 that says the token is invalid is replayed once
 * with a newer one. Azure's policy keeps a token of its own until that ends, and does not do this by itself. Give it the
 * same options as {@link azureCredential}.
 */
export function azureChallenges(
  source: Tokens,
  options: AzureCredentialOptions = {},
): { authorizeRequestOnChallenge(challenge: AzureChallenge): Promise<boolean> } {
  return {
    async authorizeRequestOnChallenge({ request, response, scopes }) {
      if (!needsNewToken(response.status, response.headers.get('www-authenticate'))) return false
      const rejected = request.headers.get('authorization')?.replace(/^Bearer /i, '')
      const scope = options.scopes === false || scopes.length === 0 ? undefined : scopes.join(' ')
      const newer = await source.token({ rejected, scope })
      request.headers.set('authorization', `Bearer ${bearerOnly(newer, INSTEAD)}`)
      return true
    },
  }
}
