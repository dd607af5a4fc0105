/**
 * Clients of any API that an OpenAPI document describes, with its security wired in.
 *
 * @module
 */
export type { AnyOperation, AnyPaths } from './any-paths.ts'
export type {
  AuthorizationCodeCredentials,
  BearerCredentials,
  CertificateCredentials,
  ClientCredentialsCredentials,
  ClientRegistration,
  Credentials,
  DeviceCredentials,
  ImplicitCredentials,
  OAuthCredentials,
  Parameters,
  PasswordCredentials,
  TokenCredentials,
} from './auth/credentials.ts'
export type {
  AuthorizationCodeManager,
  AuthorizationUrlOptions,
  DeviceManager,
  DirectManager,
  FlowManagers,
  ImplicitManager,
  OAuthManager,
  TokenAcquirer,
  TokenState,
} from './auth/managers.ts'
export type { OAuthToken } from './auth/oauth-token.ts'
export {
  type AnyManager,
  type Client,
  type ClientConfiguration,
  type ConfigurationChanges,
  createClient,
  type Managers,
} from './client.ts'
export type { Cloneable } from './cloneable.ts'
export type { Auth, ClientOptions, Configuration } from './configuration.ts'
export type {
  ApiDescription,
  FlowDescription,
  FlowName,
  OperationDescription,
  SchemeDescription,
  SecurityRequirements,
  ServerDescription,
  ServerVariable,
} from './description/api-description.ts'
export { type DescribeOptions, describeApi } from './description/describe-api.ts'
export { type EnvironmentSource, optionsFromEnvironment, optionsFromJson } from './options-from.ts'
export { type CallResult, unwrap } from './unwrap.ts'
