import { OAuthError } from '../errors.ts'
import type { Flow } from './flow.ts'
import { scopeNames } from './scope.ts'
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
      const { params, app_scope, refuses = {}, ...rules } = provider.client_credentials ?? {}
      for (const [name, values] of Object.entries(refuses)) {
        const value = provider.values[name]
        if (value === undefined || !values.includes(value)) continue
        const example = provider.parameters?.[name]?.example
        const shown = example === undefined ? '' : `, for example ${example}`
        const message = `${provider.name}: "${value}" as ${name} is for people. A client that acts on its own behalf needs a real one${shown}.`
        throw new OAuthError('INVALID_PARAMETER', message, { provider: provider.id, outcome: 'not_sent' })
      }
      const answer = await requestToken(client, {
        grant_type: 'client_credentials',
        parameters: { ...params, ...wanted.params },
        scope: appScopes(scope ?? wanted.scope, app_scope),
        resource,
        grant,
        rules,
      })
      // RFC 6749 §4.4.3: a refresh token should not come; keeping one would make a second way to the same token.
      return withoutRefresh(answer)
    },
  }
}

/** The scopes that a client may ask for on its own behalf: one per API, where the provider knows no others. */
function appScopes(
  scope: string | readonly string[] | undefined,
  app_scope: string | undefined,
): string | readonly string[] | undefined {
  if (app_scope === undefined || scope === undefined) return scope
  return scopeNames(scope).map((name) => (name.includes('://') ? name.replace(/\/+[^/]*$/, app_scope) : name))
}
