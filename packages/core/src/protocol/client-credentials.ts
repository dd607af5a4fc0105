import { OAuthError } from '../errors.ts'
import { abilities } from '../provider/abilities.ts'
import type { Flow } from './flow.ts'
import { requestToken, withoutRefresh } from './token-request.ts'

/** What the client asks for on its own behalf. */
export interface ClientCredentialsOptions {
  readonly scope?: string | readonly string[] | undefined
  readonly resource?: string | undefined
  /** Extra parameters of the token request; they win over the provider's. */
  readonly params?: Readonly<Record<string, string>> | undefined
}

/**
 * The client's own authorization, without a person (RFC 6749 §4.4). Needs a confidential client: `NOT_SUPPORTED`
 * otherwise. No refresh token is expected and none is kept; the next token is asked for the same way.
 */
export function clientCredentialsFlow(wanted: ClientCredentialsOptions = {}): Flow {
  return {
    type: 'client_credentials',
    spends: false,
    prepare: (client) => client.metadata(),
    async request({ client, grant, resource = wanted.resource, scope }) {
      const { provider } = client
      if (client.authentication.method.startsWith('none')) {
        const message = `${provider.name}: client_credentials needs a client secret, and this client is public.`
        throw new OAuthError('NOT_SUPPORTED', message, { provider: provider.id, outcome: 'not_sent' })
      }
      const asked = scope ?? wanted.scope
      const own = provider[abilities]?.ownCredentialsRequest(provider, asked)
      const answer = await requestToken(client, {
        grant_type: 'client_credentials',
        parameters: { ...own?.params, ...wanted.params },
        scope: own === undefined ? asked : own.scope,
        resource,
        grant,
        rules: own?.rules,
      })
      // RFC 6749 §4.4.3: a refresh token should not come; keeping one would make a second way to the same token.
      return withoutRefresh(answer)
    },
  }
}
