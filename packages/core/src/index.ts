export type { Abortable } from './abortable.ts'
export { at as valueAt } from './answer/path.ts'
export type { SpoiltAnswer, TokenAnswer } from './answer/token-answer.ts'
export { type ClientCheckOptions, checkClient } from './check/check-client.ts'
export type { Finding } from './check/finding.ts'
export type { AssertionRules } from './client/assertion-rules.ts'
export {
  type ClientAuthentication,
  ClientSecretBasic,
  ClientSecretBasicRaw,
  ClientSecretPost,
  ClientSecretUsername,
  None,
  NoneBasic,
  secretAuthentication,
} from './client/authentication.ts'
export { type Client, type ClientOptions, type Decrypt, defineClient } from './client/client.ts'
export { type AssertionRequest, ClientAssertion } from './client/client-assertion.ts'
export { clientAuthentication } from './client/client-authentication.ts'
export { ClientSecretJwt } from './client/client-secret-jwt.ts'
export type { CredentialSource } from './client/credential.ts'
export { type Dpop, dpop } from './client/dpop.ts'
export type { DpopKey } from './client/dpop-key.ts'
export { EitherProof, type EitherProofOptions } from './client/either-proof.ts'
export { type KeySource, PrivateKeyJwt } from './client/private-key-jwt.ts'
export { SignedClientSecret } from './client/signed-client-secret.ts'
export {
  type SigningAlgorithm,
  type SigningKey,
  type SigningKeyDetails,
  signingKey,
  signingKeyFromPem,
} from './client/signing-key.ts'
export { TlsClientAuth } from './client/tls-client-auth.ts'
export { type Clock, systemClock } from './clock.ts'
export type { ConsentHandler, ConsentOutcome } from './consent/consent-handler.ts'
export { type ConsoleConsentOptions, type ConsoleDialog, consoleConsent } from './consent/console-consent.ts'
export { type MemoryPendingOptions, memoryPendingStore } from './consent/memory-pending-store.ts'
export { type ConsentOptions, obtainConsent } from './consent/obtain-consent.ts'
export {
  type GrantRequest,
  type WebHandler,
  type WebHandlerOptions,
  type WebHandlers,
  webHandlers,
} from './consent/web-handlers.ts'
export { counted } from './counted.ts'
export { edits } from './edits.ts'
export {
  type CatalogueEntry,
  type ErrorClass,
  type ErrorCode,
  errorCatalogue,
  isErrorCode,
  type Who,
} from './error-catalogue.ts'
export {
  ApiError,
  AuthenticationError,
  type ErrorKind,
  InvalidCredentialsError,
  OAuthProviderError,
  TokenExpiredError,
} from './error-kinds.ts'
export { type ErrorDetails, isOAuthError, OAuthError, type Outcome } from './errors.ts'
export type { GrantEvent, GrantListener } from './events.ts'
export { type Attempt, firstSuccess } from './first-success.ts'
export { type AccessToken, accessToken } from './grant/access-token.ts'
export { type AdminConsentOptions, adminConsentUrl } from './grant/admin-consent.ts'
export { type AuthorizationStep, pushedRequest, signedRequest } from './grant/authorization-step.ts'
export {
  type BackchannelAuthentication,
  type BackchannelOptions,
  type BackchannelPollOptions,
  beginBackchannelAuthentication,
  pollBackchannelAuthentication,
} from './grant/backchannel-authentication.ts'
export { backchannelPing } from './grant/backchannel-ping.ts'
export {
  type AuthorizationDetail,
  type AuthorizationOptions,
  type BegunAuthorization,
  beginAuthorization,
  type ResponseMode,
} from './grant/begin-authorization.ts'
export { callbackParameters } from './grant/callback.ts'
export { type DeliveredCode, redeemDeliveredCode } from './grant/delivered-code.ts'
export {
  beginDeviceAuthorization,
  type DeviceAuthorization,
  type DeviceOptions,
  type DevicePollOptions,
  pollDeviceAuthorization,
} from './grant/device-authorization.ts'
export { endHere, holdsTokens } from './grant/end-here.ts'
export type { EngineOptions } from './grant/engine.ts'
export { type CallbackOptions, finishAuthorization } from './grant/finish-authorization.ts'
export { assertGivenHere, type GivenBy } from './grant/given-by.ts'
export {
  type Grant,
  type GrantSummary,
  grant,
  type LookUpFailure,
  type Spending,
  type Standing,
  type Subject,
  summary,
  type Trouble,
} from './grant/grant.ts'
export { type HostLimitsOptions, hostLimits } from './grant/host-limits.ts'
export type { HostTurns, Turn } from './grant/host-turns.ts'
export { type KeepAlive, keepAlive } from './grant/keep-alive.ts'
export { isExpired } from './grant/lifetimes.ts'
export { lookUp } from './grant/look-up.ts'
export type { PendingAuthorization, PendingStore } from './grant/pending-authorization.ts'
export type { PollProgress } from './grant/poll.ts'
export { type PredictedEnd, predictedEnd } from './grant/predicted-end.ts'
export {
  type ProvidedTokenOptions,
  type ProvidedTokenSource,
  providedTokenSource,
  type TokenManager,
} from './grant/provided-token-source.ts'
export type { ConsentTarget } from './grant/record-consent.ts'
export type { TestPoints } from './grant/test-points.ts'
export type { Sending, TokenSource } from './grant/token-source.ts'
export { type TokenSources, type TokenSourcesOptions, tokenSource, tokenSources } from './grant/token-sources.ts'
export { accessKey, type Want } from './grant/want.ts'
export { apiMiddleware } from './http/api-middleware.ts'
export { bearerFetch, bearerMiddleware } from './http/bearer.ts'
export { circuitBreaker } from './http/circuit-breaker.ts'
export { claimsChallenge } from './http/claims-challenge.ts'
export { compose } from './http/compose.ts'
export { concurrencyLimit } from './http/concurrency-limit.ts'
export { defaultHeaders } from './http/default-headers.ts'
export { dpopFetch, dpopMiddleware } from './http/dpop.ts'
export { type HttpHooks, hooks, type RequestView, type ResponseView, requestView } from './http/hooks.ts'
export type { CircuitBreakerOptions } from './http/host-breaker.ts'
export type { Http } from './http/http.ts'
export { type LearnedClock, type LearnedClockOptions, learnedClock } from './http/learned-clock.ts'
export type { FetchMiddleware } from './http/middleware.ts'
export { type MinimumDelayOptions, minimumDelay } from './http/minimum-delay.ts'
export { raiseOnHttpError } from './http/raise-on-http-error.ts'
export { type RetryOptions, retry } from './http/retry.ts'
export { assertSecureUrl, isLoopback } from './http/secure-url.ts'
export { httpSession, type Session, type SessionBody, type SessionOptions } from './http/session.ts'
export { timeout } from './http/timeout.ts'
export { type NamedFlow, namedFlow } from './named-flow.ts'
export { type ClientCredentialsOptions, clientCredentialsFlow } from './protocol/client-credentials.ts'
export type { Flow, FlowRequest } from './protocol/flow.ts'
export { type Introspection, introspectToken } from './protocol/introspect.ts'
export { JWT_BEARER, type JwtBearerOptions, jwtBearerFlow } from './protocol/jwt-bearer.ts'
export { type OnBehalfOfOptions, onBehalfOfFlow } from './protocol/on-behalf-of.ts'
export { type ProtectedResource, protectedResource } from './protocol/protected-resource.ts'
export { refreshFlow } from './protocol/refresh.ts'
export {
  type ClientMetadata,
  type RegisteredClient,
  type RegistrationOptions,
  registerClient,
} from './protocol/register-client.ts'
export {
  deleteRegistration,
  type RegistrationAccess,
  readRegistration,
  updateRegistration,
} from './protocol/registration.ts'
export { revokeGrant, revokeToken } from './protocol/revoke.ts'
export { missingScopes, scopeNames } from './protocol/scope.ts'
export {
  type ServiceAccount,
  type ServiceAccountOptions,
  serviceAccount,
  serviceAccountFlow,
} from './protocol/service-account.ts'
export {
  exchangeToken,
  TOKEN_EXCHANGE,
  type TokenExchangeOptions,
  type TokenKind,
  tokenExchangeFlow,
} from './protocol/token-exchange.ts'
export { type UserInfo, userInfo } from './protocol/user-info.ts'
export { type LifetimePolicy, withLifetime } from './protocol/with-lifetime.ts'
export type { AnswerFields, ErrorRules, Path, SecondToken, TokenAnswerRules } from './provider/answer-rules.ts'
export type { CallbackEndpoints, CallbackRules } from './provider/callback-rules.ts'
export type {
  ClientAuthMethod,
  ProviderDefinition,
  ProviderParameter,
  RefreshRules,
  ScopeFeature,
} from './provider/definition.ts'
export type {
  Deviation,
  DeviationMaker,
  DeviationRegistry,
  DeviationSettings,
  TokenRequestDraft,
} from './provider/deviation.ts'
export {
  type AdviceRule,
  adviceFor,
  type ErrorAdvice,
  type Guidance,
  type RefusalFacts,
} from './provider/error-advice.ts'
export type { ApiRules, LongLivedExchange, Lookup, RevocationRules } from './provider/follow-up.ts'
export { type PlainProvider, plainProvider } from './provider/plain.ts'
export type {
  AuthorizationRequestRules,
  ClientCredentialsRules,
  DeviceRules,
  ParameterNames,
  RedirectUriRules,
  RefreshRequestRules,
  TokenRequestRules,
} from './provider/request-rules.ts'
export { type Provider, type ResolveOptions, resolveProvider } from './provider/resolve.ts'
export { Redacted, scrub } from './redacted.ts'
export type { Cipher } from './seal/cipher.ts'
export { type CryptographyManager, managedCipher } from './seal/cryptography-manager.ts'
export { type Keyring, type KeyringOptions, type Keys, keyring } from './seal/keyring.ts'
export { sealedBy } from './seal/sealed-text.ts'
export { type SealingKey, sealingKey } from './seal/sealing-key.ts'
export type { Serializer } from './seal/serializer.ts'
export { type KeyCensus, keyCensus } from './store/key-census.ts'
export { type Lock, locked, type PlainStore } from './store/locked.ts'
export { memoryStore } from './store/memory.ts'
export { processLock } from './store/process-lock.ts'
export { matches } from './store/query.ts'
export { type Resealed, type ResealOptions, type ResealProgress, reseal } from './store/reseal.ts'
export { type SealedOptions, sealed } from './store/sealed.ts'
export type { GrantQuery, GrantStore, Stored, StoreProcesses, StoreTraits } from './store/store.ts'
export { firstVersion, versionAfter } from './store/version.ts'
export {
  type Attributes,
  type MeterLike,
  type SpanLike,
  type Telemetry,
  type TelemetryOptions,
  type TracerLike,
  telemetry,
} from './telemetry/telemetry.ts'
