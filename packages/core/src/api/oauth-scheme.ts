import { type Attachment, bearerAttachment } from '../adapters/attachment.ts'
import { cloneWith } from '../clone-with.ts'
import type { AccessToken } from '../grant/access-token.ts'
import {
  type ProvidedTokenOptions,
  type ProvidedTokenSource,
  providedTokenSource,
} from '../grant/provided-token-source.ts'
import { bearerMiddleware } from '../http/bearer.ts'
import { isBound } from '../http/bound-token.ts'
import type { CredentialScheme } from './scheme.ts'

/** What {@link oauthScheme} works with: a token, what gets tokens, and how they are sent. */
export interface OAuthCredentials extends ProvidedTokenOptions {
  /** Sends the token in another way than `Authorization: Bearer`, for APIs that want a header of their own. */
  readonly setToken?: ((request: Request, token: AccessToken) => Request) | undefined
}

/** An OAuth 2.0 scheme, and the tokens that it holds. */
export interface OAuthScheme extends CredentialScheme<OAuthCredentials> {
  readonly source: ProvidedTokenSource
  /** The live token goes along, unless `token` is among the changes, or another `manager` in the place of one. */
  cloneWith(changes: { readonly [Name in keyof OAuthCredentials]?: OAuthCredentials[Name] | undefined }): OAuthScheme
}

/**
 * OAuth 2.0 with the tokens of {@link providedTokenSource}: an existing token, the token source of a grant as `manager`,
 * a token provider, `onTokenUpdate`, `clockSkew`. A token is fetched before a request that needs one and never for
 * another; a request that the API answers with 401 goes once more with a newer token.
 *
 * @example
 * ```ts
 * import { type GrantStore, type Client, tokenSource } from '@evergrant/core'
 * import { apiClient, oauthScheme } from '@evergrant/core/api'
 *
 * function petStore(client: Client, store: GrantStore) {
 *   const oauth = oauthScheme({ manager: tokenSource('alice', { client, store }), clockSkew: 30 })
 *   return apiClient({ baseUrl: 'https://pets.example/v1/', schemes: { oauth }, security: 'oauth' })
 * }
 * ```
 */
export function oauthScheme(credentials: OAuthCredentials): OAuthScheme {
  const { setToken, ...options } = credentials
  return around(providedTokenSource(options), credentials)
}

function around(source: ProvidedTokenSource, credentials: OAuthCredentials): OAuthScheme {
  const { token, provider, manager, setToken } = credentials
  const unconfigured = token === undefined && provider === undefined && manager === undefined
  let last: { readonly token: AccessToken; readonly attached: Attachment } | undefined
  const attachment = (signal?: AbortSignal): Attachment | undefined => {
    const held = source.peek()
    if (held === undefined || isBound(held)) return undefined
    if (signal !== undefined) return bearerAttachment(source, held, signal)
    // Made for each call it would be a good part of what the call costs.
    if (last?.token !== held) last = { token: held, attached: bearerAttachment(source, held, undefined) }
    return last.attached
  }
  return {
    source,
    // Later a token may have been set by hand.
    get lacks() {
      return unconfigured && source.held === undefined ? 'has no access token and nothing to get one with' : undefined
    },
    async ready(signal) {
      await source.token(signal === undefined ? undefined : { signal })
      return bearerMiddleware(source, setToken)
    },
    ...(setToken === undefined ? { attachment } : {}),
    cloneWith(changes) {
      const { setToken: _, ...own } = changes
      return around(source.cloneWith(own), cloneWith(credentials, changes))
    },
  }
}
