/**
 * Token sources in the shapes that other libraries want. Nothing is imported from them: the shapes are structural.
 *
 * @module
 */
export { type AxiosConfigLike, type AxiosLike, type AxiosResponseLike, authorizeAxios } from './axios.ts'
export {
  type AzureAccessToken,
  type AzureCredentialOptions,
  type AzureTokenCredential,
  azureChallenges,
  azureCredential,
} from './azure.ts'
export { type GoogleCredentials, googleRefreshHandler } from './google.ts'
export { type GraphAuthenticationProvider, graphAuthProvider, graphHttpHandler } from './graph.ts'
export { type KyHookOptions, type KyHooks, kyHooks } from './ky.ts'
export { type ImapflowAuth, imapflowAuth, type NodemailerAuth, nodemailerAuth } from './mail.ts'
export { type OpenapiFetchMiddleware, openapiFetchMiddleware } from './openapi-fetch.ts'
export type { HeadersLike, Tokens } from './tokens.ts'
export { type UndiciInterceptor, undiciInterceptor } from './undici.ts'
