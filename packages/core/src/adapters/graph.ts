import type { TokenSource } from '../grant/token-source.ts'
import type { Tokens } from './tokens.ts'

/** The shape of `AuthenticationProvider` of `@microsoft/microsoft-graph-client`. */
export interface GraphAuthenticationProvider {
  getAccessToken(options?: { readonly scopes?: string[] }): Promise<string>
}

/** A token source as the `authProvider` of the Microsoft Graph client. Scopes are asked for when the caller names some. */
export function graphAuthProvider(source: Tokens): GraphAuthenticationProvider {
  return {
    async getAccessToken({ scopes = [] } = {}) {
      const token = await source.token(scopes.length === 0 ? undefined : { scope: scopes.join(' ') })
      return token.access_token
    },
  }
}

interface GraphContext {
  readonly request: RequestInfo
  readonly options?: RequestInit
  response?: Response
}

/**
 * The last middleware of a Microsoft Graph client (`Client.initWithMiddleware({ middleware })`): attaches the token,
 * sends the request, and replays it once with a newer token after a 401, which the client's own handler does not.
 */
export function graphHttpHandler(source: Pick<TokenSource, 'fetch'>): {
  execute(context: GraphContext): Promise<void>
} {
  return {
    async execute(context) {
      context.response = await source.fetch(context.request, context.options)
    },
  }
}
