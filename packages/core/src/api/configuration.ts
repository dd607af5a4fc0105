import { defineClient } from '../client/client.ts'
import type { AccessToken } from '../grant/access-token.ts'
import type { ProvidedTokenOptions } from '../grant/provided-token-source.ts'
import { tokenSource } from '../grant/token-sources.ts'
import type { Http } from '../http/http.ts'
import { clientCredentialsFlow } from '../protocol/client-credentials.ts'
import type { ProviderDefinition } from '../provider/definition.ts'
import { resolveProvider } from '../provider/resolve.ts'
import { memoryStore } from '../store/memory.ts'
import type { ApiOptions } from './api-client.ts'
import { type BasicCredentials, basicScheme, bearerScheme, type KeyPlace, keyScheme } from './credentials.ts'
import { oauthScheme } from './oauth-scheme.ts'
import type { Requirement } from './requirement.ts'
import type { Scheme } from './scheme.ts'

/** OAuth 2.0 as data: with an existing token, with client credentials, or both. */
export interface OAuthConfiguration {
  readonly kind: 'oauth'
  /** Where tokens come from; not needed for an existing token alone. */
  readonly provider?: ProviderDefinition | undefined
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
  readonly scopes?: readonly string[] | undefined
  /** For flows with a person, which `configuredApi` does not have; `@evergrant/sdk` does. */
  readonly redirectUri?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** A token that is there already. */
  readonly token?: AccessToken | string | undefined
  /** Seconds; fractions and 0 are fine. */
  readonly clockSkew?: number | undefined
}

/** A security scheme as data. */
export type SchemeConfiguration =
  | ({ readonly kind: 'basic' } & BasicCredentials)
  | { readonly kind: 'bearer'; readonly token?: string | undefined }
  | { readonly kind: 'key'; readonly in: KeyPlace; readonly name: string; readonly value?: string | undefined }
  | OAuthConfiguration

/** An API client's configuration as data: plain JSON, for files and environments, changed with {@link cloneWith}. */
export interface ApiConfiguration {
  readonly baseUrl?: string | undefined
  readonly security?: Requirement | false | undefined
  /** Seconds for one attempt. */
  readonly timeout?: number | undefined
  readonly retries?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly schemes: Readonly<Record<string, SchemeConfiguration>>
}

/** What is not data: how the schemes made from a configuration behave. */
export interface ConfiguredBehaviour extends Pick<ProvidedTokenOptions, 'provider' | 'onTokenUpdate' | 'clock'> {
  /** Requests for tokens; its `fetch` makes those to the API too. */
  readonly http?: Partial<Http> | undefined
}

/**
 * The options for `apiClient`, from a configuration. A scheme without its credentials counts as not configured; nothing
 * is asked of anybody yet.
 *
 * @example
 * ```ts
 * import { apiClient, configuredApi, parsedConfiguration } from '@evergrant/core/api'
 *
 * const fromFile = (json: string) => apiClient(configuredApi(parsedConfiguration(json)))
 * ```
 */
export function configuredApi(configuration: ApiConfiguration, behaviour: ConfiguredBehaviour = {}): ApiOptions {
  const { schemes, ...rest } = configuration
  const made = Object.entries(schemes).map(([name, one]): [string, Scheme] => [name, schemeOf(one, behaviour)])
  return { fetch: behaviour.http?.fetch, ...rest, schemes: Object.fromEntries(made) }
}

function schemeOf(configuration: SchemeConfiguration, behaviour: ConfiguredBehaviour): Scheme {
  switch (configuration.kind) {
    case 'basic':
      return basicScheme(configuration)
    case 'bearer':
      return bearerScheme({ value: configuration.token })
    case 'key':
      return keyScheme(configuration.in, configuration.name, configuration)
    case 'oauth': {
      const { token, clockSkew } = configuration
      const { provider, onTokenUpdate, clock } = behaviour
      return oauthScheme({
        token,
        clockSkew,
        provider,
        onTokenUpdate,
        clock,
        manager: managerOf(configuration, behaviour),
      })
    }
  }
}

function managerOf(configuration: OAuthConfiguration, { http, clock }: ConfiguredBehaviour) {
  const { provider, clientId, clientSecret, scopes } = configuration
  if (provider === undefined || !clientId || !clientSecret) return undefined
  const transport = { ...http, ...(clock === undefined ? {} : { clock }) }
  const client = defineClient({
    provider: resolveProvider(provider),
    client_id: clientId,
    client_secret: clientSecret,
    http: transport,
  })
  return tokenSource(clientId, { client, store: memoryStore(), flow: clientCredentialsFlow({ scope: scopes }) })
}
