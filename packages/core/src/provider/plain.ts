import { OAuthError } from '../errors.ts'
import { discoveryMode } from '../protocol/given-metadata.ts'
import { abilities } from './abilities.ts'
import type { ProviderDefinition } from './definition.ts'
import type { Provider } from './resolve.ts'

/** What {@link plainProvider} takes: a provider that follows the RFCs, with its endpoints given. */
export type PlainProvider = Pick<
  ProviderDefinition,
  | 'id'
  | 'name'
  | 'issuer'
  | 'authorization_endpoint'
  | 'token_endpoint'
  | 'refresh_endpoint'
  | 'revocation_endpoint'
  | 'introspection_endpoint'
  | 'userinfo_endpoint'
  | 'device_authorization_endpoint'
  | 'jwks_uri'
  | 'moved_from'
  | 'scope_separator'
  | 'default_scopes'
  | 'offline_scopes'
  | 'authorization_params'
  | 'first_consent_params'
  | 'device_params'
  | 'token_params'
  | 'client_auth'
  | 'pkce'
  | 'refresh'
>

/**
 * A provider that follows the RFCs and whose endpoints are known: nothing is looked up, nothing is filled in. A bundled
 * program with it does not carry what only other providers need (discovery, parameters, odd requests and answers, advice).
 * Its metadata is made of the given endpoints; `issuer` is what id_tokens must name, and is not asked.
 *
 * `defineClient` throws `NOT_SUPPORTED` for a rule that needs {@link resolveProvider}, and `INSECURE_URL` for an endpoint
 * that is plain http on another machine.
 *
 * @example
 * ```ts
 * import { clientCredentialsFlow, defineClient, memoryStore, plainProvider, tokenSource } from '@evergrant/core'
 *
 * const provider = plainProvider({ id: 'acme', name: 'Acme', token_endpoint: 'https://login.acme.example/token' })
 * const client = defineClient({ provider, client_id: 'program', client_secret: 'from the console' })
 * const source = tokenSource('program', { client, store: memoryStore(), flow: clientCredentialsFlow() })
 * ```
 */
export function plainProvider(given: PlainProvider): Provider {
  return { discovery: 'none', ...given, values: {} }
}

/** The fields that mean the same with and without {@link abilities}. One that is not known here is refused. */
const PLAIN =
  /^(?:id|name|values|issuer|discovery|jwks_uri|pkce|moved_from|refresh|client_assertion|redirect_uri|features|docs|console|consents|verified|\w+_(?:endpoint|params|scopes|separator|auth))$/

/** Throws `NOT_SUPPORTED` for a provider with rules that nothing here can follow: they would be misread in silence. */
export function assertPlain(provider: Provider): void {
  if (provider[abilities] !== undefined) return
  const field =
    discoveryMode(provider) === 'none'
      ? provider.refresh?.testing === undefined
        ? Object.keys(provider).find((name) => !PLAIN.test(name))
        : 'refresh.testing'
      : 'discovery'
  if (field === undefined) return
  const message = `${provider.name} has ${field}, which a plain provider cannot follow. Make the provider with resolveProvider().`
  throw new OAuthError('NOT_SUPPORTED', message, { provider: provider.id, outcome: 'not_sent' })
}
