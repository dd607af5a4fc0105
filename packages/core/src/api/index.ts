/**
 * Requests to an API whose security is described as in OpenAPI: schemes, what an operation needs of them, and their
 * credentials as data.
 *
 * @module
 */
export { type Changes, cloneWith } from '../clone-with.ts'
export { type ApiClient, type ApiOptions, type ApiRequestInit, apiClient } from './api-client.ts'
export {
  type ApiConfiguration,
  type ConfiguredBehaviour,
  configuredApi,
  type OAuthConfiguration,
  type SchemeConfiguration,
} from './configuration.ts'
export {
  type BasicCredentials,
  basicScheme,
  bearerScheme,
  customScheme,
  type KeyCredentials,
  type KeyPlace,
  keyScheme,
} from './credentials.ts'
export {
  type ConfigurationOverrides,
  configurationFromEnvironment,
  type EnvironmentOptions,
  environmentName,
  type Variables,
} from './environment.ts'
export { type OAuthCredentials, type OAuthScheme, oauthScheme } from './oauth-scheme.ts'
export { parsedConfiguration } from './parsed-configuration.ts'
export { allOf, anyOf, openapiSecurity, type Requirement } from './requirement.ts'
export type { Schemes } from './satisfy.ts'
export type { CredentialScheme, Scheme } from './scheme.ts'
