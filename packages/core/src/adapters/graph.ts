import type { TokenSource } from '../grant/token-source.ts'
import { bearerOnly } from './bearer-only.ts'
import type { Tokens } from './tokens.ts'

/** The shape of `AuthenticationProvider` of `@microsoft/microsoft-graph-client`. */
export interface GraphAuthenticationProvider {
  getAccessToken(options?: { readonly scopes?: string[] }): Promise<string>
}

/**
 * A token source as the `authProvider` of the Microsoft Graph client. Scopes are asked for when the caller names some. A
 * bound token (DPoP) is refused with `NOT_SUPPORTED`: {@link graphHttpHandler} can send it.
 */
export function graphAuthProvider(source: Tokens): GraphAuthenticationProvider {
  return {
    async getAccessToken({ scopes = [] } = {}) {
      const token = await source.token(scopes.length === 0 ? undefined : { scope: scopes.join(' ') })
      return bearerOnly(token, 'Use graphHttpHandler(source), which sees the requests.')
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
 * with a proof of its key when it is bound to one, sends the request, and replays it once with a newer token after a 401, which the client's own handler does not.
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
