import { randomUUID } from 'node:crypto'
import type { Engine } from '../engine.ts'
import type { Answer } from '../http-answer.ts'
import { ProtocolError } from '../protocol-error.ts'

/** A refusal in the words of Entra ID. */
export class Aadsts extends ProtocolError {
  readonly code: number
  readonly fields: Readonly<Record<string, string>>

  constructor(
    code: number,
    values: Readonly<Record<string, string>> = {},
    fields: Readonly<Record<string, string>> = {},
  ) {
    const { error, words, status = 400, more } = known(code)
    super(
      error,
      words.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? ''),
      { status },
    )
    this.name = 'Aadsts'
    this.code = code
    this.fields = { ...more, ...fields }
  }
}

interface Refusal {
  readonly error: string
  readonly words: string
  readonly status?: number
  readonly more?: Readonly<Record<string, string>>
}

/**
 * Every refusal with its `error`, its HTTP status and its words. The codes and what they mean are on one page,
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes ("the list" below); what else is known of an
 * entry, and where from, stands beside it. `invalid_client` goes with 401 (RFC 6749 §5.2), everything else with 400.
 */
const refusals: Readonly<Record<number, Refusal>> = {
  // https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-AADSTS50011-redirect-uri-mismatch
  50011: {
    error: 'invalid_request',
    words:
      "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the application '{app}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.",
  },
  // The list: InvalidAssertion; an assertion that is no token of this directory for the app that passes it on.
  50013: { error: 'invalid_grant', words: 'Assertion failed signature validation.' },
  // https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-AADSTS50020-user-account-identity-provider-does-not-exist
  50020: {
    error: 'invalid_grant',
    words:
      "User account '{user}' from identity provider '{home}' does not exist in tenant '{tenant}' and cannot access the application '{app}' in that tenant. The account needs to be added as an external user in the tenant first.",
  },
  // The list: UserAccountNotFound.
  50034: { error: 'invalid_grant', words: 'The user account {user} does not exist in the {tenant} directory.' },
  // The list: MissingTenantRealmAndNoUserInformationProvided; app-only on a shared tenant tells no tenant.
  50059: {
    error: 'invalid_request',
    words: 'No tenant-identifying information found in either the request or implied by any provided credentials.',
  },
  // The shape with suberror and claims: https://github.com/AzureAD/microsoft-authentication-library-for-js/issues/5491
  50076: {
    error: 'invalid_grant',
    words:
      "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{resource}'.",
    more: { suberror: 'basic_action' },
  },
  // The list: InvalidUserNameOrPassword.
  50126: { error: 'invalid_grant', words: 'Error validating credentials due to invalid username or password.' },
  // The list: FreshTokenNeeded; the person or an administrator ended the sessions.
  50173: {
    error: 'invalid_grant',
    words: 'The provided grant has expired due to it being revoked, a fresh auth token is needed.',
    more: { suberror: 'bad_token' },
  },
  // https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-AADSTS50194-app-not-configured-multi-tenant
  50194: {
    error: 'invalid_request',
    words:
      "Application '{app}'({name}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.",
  },
  // The list: the code_verifier does not fit, https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
  501481: {
    error: 'invalid_grant',
    words: 'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
  },
  // https://learn.microsoft.com/entra/identity/conditional-access/troubleshoot-conditional-access; the error and its claims as
  // https://learn.microsoft.com/entra/identity-platform/v2-conditional-access-dev-guide shows them for a policy.
  53003: {
    error: 'interaction_required',
    words: 'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
    more: { suberror: 'message_only' },
  },
  // The list: OAuth2 Authorization code was already redeemed.
  54005: {
    error: 'invalid_grant',
    words:
      'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  },
  // The list: DelegationDoesNotExist; suberror by https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application
  65001: {
    error: 'invalid_grant',
    words:
      "The user or administrator has not consented to use the application with ID '{app}' named '{name}'. Send an interactive authorization request for this user and resource.",
    more: { suberror: 'consent_required' },
  },
  // The list: UserDeclinedConsent; https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#error-response
  65004: {
    error: 'access_denied',
    words: 'User declined to consent to access the app.',
    more: { error_subcode: 'cancel' },
  },
  // The list: InvalidGrant.
  70000: { error: 'invalid_grant', words: 'The provided value for the input parameter {parameter} is not valid.' },
  // The list: UnsupportedGrantType.
  70003: { error: 'unsupported_grant_type', words: "The app requested an unsupported grant type '{type}'." },
  // The list: ExpiredOrRevokedGrant.
  70008: {
    error: 'invalid_grant',
    words:
      'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  },
  // The list: InvalidScope.
  70011: {
    error: 'invalid_scope',
    words:
      "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.",
  },
  // The list, and https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code#expected-errors
  70016: {
    error: 'authorization_pending',
    words: 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
  },
  // The same page: the person said no.
  70017: { error: 'authorization_declined', words: 'OAuth 2.0 device flow error. The authorization was declined.' },
  // The list: BadVerificationCode.
  70019: { error: 'expired_token', words: 'Verification code expired.' },
  70020: { error: 'bad_verification_code', words: 'The provided value for the device code is not valid.' },
  // The list: NoAdminConsent-like "AdminConsentRequired", https://learn.microsoft.com/entra/identity/enterprise-apps/user-admin-consent-overview
  90094: {
    error: 'access_denied',
    words: 'Admin consent is required for the permissions requested by this application.',
    more: { error_subcode: 'cancel' },
  },
  // The list: InvalidTenantName.
  90002: {
    error: 'invalid_request',
    words:
      "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
  },
  // The list: the id_token's and OBO's audience is another app.
  500131: {
    error: 'invalid_grant',
    words: 'Assertion audience does not match the Client app presenting the assertion.',
  },
  // The list: InvalidResourceServicePrincipalNotFound.
  500011: {
    error: 'invalid_resource',
    words:
      'The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.',
  },
  // The list: UnauthorizedClient_DoesNotMatchRequest, with the status seen at the token endpoint.
  700016: {
    error: 'unauthorized_client',
    words:
      "Application with identifier '{app}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
  },
  // The list: InvalidClientPublicClientWithCredential.
  700025: {
    error: 'invalid_client',
    status: 401,
    words: "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  },
  // The list: the certificate is not one of the app's, https://learn.microsoft.com/entra/identity-platform/certificate-credentials
  700027: {
    error: 'invalid_client',
    status: 401,
    words: 'The certificate with identifier used to sign the client assertion is not registered on application.',
  },
  // The list: InvalidClientAssertion, out of its time.
  700024: {
    error: 'invalid_client',
    status: 401,
    words: 'Client assertion is not within its valid time range.',
  },
  // The list: the assertion is meant for somebody else.
  700023: {
    error: 'invalid_client',
    status: 401,
    words: 'Client assertion audience claim does not match Realm issuer.',
  },
  // The list: the refresh token was not used for so long.
  700082: {
    error: 'invalid_grant',
    words:
      'The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for {days}.00:00:00.',
    more: { suberror: 'token_expired' },
  },
  // https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-AADSTS7000215-invalid-client-secret
  7000215: {
    error: 'invalid_client',
    status: 401,
    words:
      "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{app}'.",
  },
  // The list: the request needs a credential.
  7000218: {
    error: 'invalid_client',
    status: 401,
    words: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  // The list: InvalidClientSecretExpiredKeysProvided.
  7000222: {
    error: 'invalid_client',
    status: 401,
    words:
      "The provided client secret keys for app '{app}' are expired. Visit the Azure portal to create new keys for your app, or consider using certificate credentials for added security.",
  },
  // The list: a parameter of the body is missing.
  900144: { error: 'invalid_request', words: "The request body must contain the following parameter: '{parameter}'." },
  // https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc: not for common and consumers.
  9001023: {
    error: 'invalid_request',
    words:
      'The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.',
  },
  // The list: the resource parameter is of v1.0.
  901002: { error: 'invalid_request', words: "The 'resource' request parameter is not supported." },
  // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow: scope is the resource with /.default.
  1002012: {
    error: 'invalid_scope',
    words:
      'The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).',
  },
  // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow: a token is for one resource.
  28000: {
    error: 'invalid_request',
    words:
      'Provided value for the input parameter scope is not valid because it contains more than one resource. Scope {scope} is not valid.',
  },
}

function known(code: number): Refusal {
  const refusal = refusals[code]
  if (refusal === undefined) throw new TypeError(`There is no refusal AADSTS${code}`)
  return refusal
}

/**
 * The documented JSON of a refusal: description with trace id, correlation id and time, and the same once more as fields.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#error-response-1
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application
 */
export function aadstsAnswer(refused: Aadsts, engine: Engine, correlation: string | undefined): Answer {
  const fields = aadstsFields(refused, engine, correlation)
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', pragma: 'no-cache' }
  return { status: refused.status, headers, body: JSON.stringify(fields), error: refused.error }
}

export function aadstsFields(
  { code, error, message, fields }: Aadsts,
  { clock, issuer }: Engine,
  correlation: string = randomUUID(),
): Record<string, unknown> & { readonly error: string; readonly error_description: string } {
  const trace = randomUUID()
  const timestamp = `${new Date(clock.now() * 1000).toISOString().slice(0, 19).replace('T', ' ')}Z`
  return {
    error,
    error_description: `AADSTS${code}: ${message} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: trace,
    correlation_id: correlation,
    error_uri: `${new URL(issuer).origin}/error?code=${code}`,
    ...fields,
  }
}
