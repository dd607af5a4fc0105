import type { CatalogueEntry } from '@evergrant/providers'

/** How an entry shows that a deviation is served; `engine`: the engine does it for every provider. */
export const served: Readonly<
  Record<string, 'engine' | ((entry: CatalogueEntry, all: readonly CatalogueEntry[]) => boolean)>
> = {
  // Answers are read by what they are, whatever a provider is known for: form, JSON in a callback, strings for numbers,
  // lists of scopes, HTTP 200 with an error, other words for bearer. Headers that say who asks and for what are always sent.
  'form-encoded-response': 'engine',
  'jsonp-response': ({ deviations = {} }) => 'jsonp-answer' in deviations,
  'expires-in-string': 'engine',
  'scope-as-array': 'engine',
  'http-200-errors': 'engine',
  'nonstandard-token-type': 'engine',
  'non-expiring-token': 'engine',
  'omit-empty-params': 'engine',
  'state-required': 'engine',
  'pkce-required': ({ pkce_support, pkce }) => pkce_support === 'required' && pkce !== 'off',
  'pkce-plain-only': ({ pkce }) => pkce === 'plain',
  'pkce-hex-challenge': ({ pkce }) => pkce === 'S256-hex',
  'pkce-opt-in': ({ pkce }) => pkce === 'opt-in',
  'client-auth-basic': ({ client_auth, refresh_request, client_credentials }) =>
    (client_auth ?? []).some((method) => /basic|username/.test(method)) ||
    refresh_request?.client_auth === 'client_secret_basic' ||
    client_credentials?.client_auth === 'client_secret_basic',
  'client-auth-secret-only': ({ token_request }) => token_request?.parameter_names?.['client_id'] === null,
  'client-secret-jwt': ({ client_auth }) => client_auth?.[0] === 'client_secret_signed',
  'private-key-jwt': ({ client_auth, deviations, notes }) =>
    client_auth?.includes('private_key_jwt') === true || deviations !== undefined || notes !== undefined,
  'accept-json-required': 'engine',
  'user-agent-required': 'engine',
  'extra-headers': ({ api, token_request }) => api?.headers !== undefined || token_request?.headers !== undefined,
  'json-token-request': ({ token_request, client_credentials }) =>
    token_request?.format === 'json' || client_credentials?.format === 'json',
  'token-request-get': ({ token_request }) => token_request?.method === 'GET',
  'token-request-query': ({ token_request }) => token_request?.format === 'query',
  'param-rename-authorize': ({ authorization_request, redirect_uri }) =>
    authorization_request?.parameter_names !== undefined || redirect_uri?.sent_as !== undefined,
  'param-rename-token': ({ token_request }) => token_request?.parameter_names !== undefined,
  'omit-response-type': ({ authorization_request, authorization_params }) =>
    authorization_request?.parameter_names?.['response_type'] === null ||
    authorization_params?.['response_type'] !== undefined,
  'authorization-fragment': ({ authorization_request }) => authorization_request?.fragment !== undefined,
  'literal-scope-separators': ({ authorization_request }) => authorization_request?.literal_scope_separator === true,
  'second-scope-param': ({ authorization_request }) => authorization_request?.second_scope_param !== undefined,
  'nonce-required': ({ authorization_request }) => authorization_request?.nonce === 'always',
  'audience-param': ({ authorization_params = {}, client_credentials }) =>
    'audience' in authorization_params || 'audience' in (client_credentials?.params ?? {}),
  'resource-param': ({ authorization_params = {} }) => 'resource' in authorization_params,
  'offline-param': ({ authorization_params = {} }) =>
    ['access_type', 'token_access_type', 'duration'].some((name) => name in authorization_params),
  'offline-scope': ({ offline_scopes = [] }) => offline_scopes.length > 0,
  'refresh-token-once': ({ first_consent_params = {} }) => first_consent_params['prompt'] === 'consent',
  'scope-separator': ({ scope_separator }) => scope_separator !== undefined,
  'scope-response-separator': ({ token_answer }) => token_answer?.scope_separator !== undefined,
  'callback-metadata': ({ callback }) => callback?.metadata !== undefined,
  'callback-form-post': ({ authorization_params }) => authorization_params?.['response_mode'] === 'form_post',
  'callback-signature': ({ deviations = {} }) => 'signed-callback' in deviations,
  'code-param-rename': ({ callback }) => callback?.parameter_names?.['code'] !== undefined,
  'code-needs-decoding': ({ callback }) => callback?.decode_code === true,
  'region-from-callback': ({ callback }) => callback?.endpoints !== undefined,
  'region-in-url': ({ parameters, notes, variant_of, alternates }) =>
    [parameters, notes, variant_of, alternates].some((one) => one !== undefined),
  'tenant-in-url': ({ parameters, authorization_endpoint = '' }) =>
    parameters !== undefined || authorization_endpoint.includes('{client_id}'),
  'nested-token-response': ({ token_answer }) =>
    token_answer?.fields !== undefined || token_answer?.second !== undefined,
  'two-tokens': ({ token_answer }) => token_answer?.second !== undefined,
  'token-response-metadata': ({ token_answer }) => token_answer?.metadata !== undefined,
  'refresh-expiry-field': ({ token_answer }) => token_answer?.fields?.refresh_expires_in !== undefined,
  'follow-up-lookup': ({ follow_up, deviations = {} }) => follow_up !== undefined || 'session-login' in deviations,
  'token-exchange-step': ({ long_lived }) => long_lived !== undefined,
  'refresh-rotation': ({ refresh }) => refresh?.rotation === 'always',
  'refresh-rotation-optional': ({ refresh }) => refresh?.rotation === 'optional',
  'refresh-url-differs': ({ refresh_endpoint }) => refresh_endpoint !== undefined,
  'refresh-nonstandard': ({ refresh_request, long_lived }) => refresh_request !== undefined || long_lived !== undefined,
  'nonstandard-grant': ({ client_credentials, token_params }) =>
    client_credentials !== undefined || token_params !== undefined,
  'nonstandard-revocation': ({ revocation }) => revocation !== undefined,
  'nonstandard-auth-scheme': ({ api }) => api !== undefined,
  'issuer-per-tenant': ({ issuer_rule, issuer_pattern }) => issuer_rule === 'tenant' || issuer_pattern !== undefined,
  'self-hosted': ({ parameters }) => parameters !== undefined,
  'sandbox-hosts': ({ id, environment, parameters }, all) =>
    environment !== undefined ||
    parameters !== undefined ||
    all.some((one) => one.environment === 'sandbox' && (one.variant_of === id || one.id.startsWith(`${id}-`))),
  'install-link-authorize': ({ authorization_endpoint }) => authorization_endpoint !== undefined,
  'fragment-authorize-url': ({ authorization_endpoint }) => authorization_endpoint?.includes('#') === true,
  'short-lived-code': ({ callback }) => callback?.code_lifetime !== undefined,
  'redirect-uri-rules': ({ redirect_uri }) => redirect_uri?.pattern !== undefined,
  'nonstandard-device-flow': ({ device }) => device !== undefined,
  'expires-other-unit': ({ token_answer, notes }) =>
    token_answer?.fields?.expires_in !== undefined ||
    token_answer?.fields?.expires_at !== undefined ||
    token_answer?.time_unit !== undefined ||
    notes !== undefined,
  // Nothing but words helps here: what a person has to do at the provider.
  'app-token-first': ({ notes, deviations = {} }) => 'app-token-first' in deviations || notes !== undefined,
  'code-by-webhook': ({ deviations = {} }) => 'code-by-webhook' in deviations,
  'public-client-cors': ({ notes }) => notes !== undefined,
  mtls: ({ client_auth = [] }) => client_auth.some((method) => method.endsWith('tls_client_auth')),
  'refresh-needs-redirect-uri': ({ refresh_request }) => refresh_request?.redirect_uri === true,
  'refresh-secretless': ({ refresh_request }) => refresh_request?.client_auth === 'none',
  'camelcase-token-response': ({ token_answer }) => token_answer?.fields?.access_token === 'accessToken',
  'no-expires-in': ({ refresh }) => refresh?.access_lifetime !== undefined,
  'no-scope-param': ({ authorization_request }) => authorization_request?.parameter_names?.['scope'] === null,
}
