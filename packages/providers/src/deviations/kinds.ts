// Long because: it is one list, with an entry per kind.

/** A way in which providers deviate from the RFCs. */
export interface DeviationKind {
  readonly id: string
  readonly meaning: string
  /** How many providers are known to do so. */
  readonly providers: number
  /** How a definition says it, in Markdown. */
  readonly said: string
}

/**
 * Every known way of deviating. A kind without providers was seen in programs that talk to providers, but not at one that
 * could be named.
 */
export const deviationKinds: readonly DeviationKind[] = [
  {
    id: 'accept-json-required',
    meaning: 'Accept: application/json must be sent or the answer is not JSON',
    providers: 2,
    said: 'nothing: `Accept: application/json` is always sent',
  },
  {
    id: 'app-token-first',
    meaning: 'an application token is needed before the user token',
    providers: 3,
    said: '`deviations["app-token-first"]`',
  },
  {
    id: 'audience-param',
    meaning: 'an audience parameter is needed',
    providers: 8,
    said: '`authorization_params.audience`, `token_params.audience`',
  },
  {
    id: 'authorization-fragment',
    meaning: 'a fixed fragment is appended to the authorization request',
    providers: 2,
    said: '`authorization_request.fragment`',
  },
  {
    id: 'callback-form-post',
    meaning: 'the callback is a form POST (response_mode=form_post)',
    providers: 1,
    said: '`authorization_params.response_mode` = `form_post`',
  },
  {
    id: 'callback-metadata',
    meaning: 'the callback carries values that must be kept (realmId, shop, location, ...)',
    providers: 22,
    said: '`callback.metadata`; what each token request sends back `callback.repeated`',
  },
  {
    id: 'callback-signature',
    meaning: 'the callback is signed and must be verified',
    providers: 1,
    said: '`deviations["signed-callback"]`',
  },
  {
    id: 'camelcase-token-response',
    meaning: 'token fields are in camel case',
    providers: 2,
    said: '`token_answer.fields`',
  },
  {
    id: 'client-auth-basic',
    meaning: 'the token end point wants HTTP Basic',
    providers: 126,
    said: '`client_auth` = `client_secret_basic` or `client_secret_basic_raw`',
  },
  {
    id: 'client-auth-secret-only',
    meaning: 'only the secret is sent to the token end point',
    providers: 3,
    said: '`client_auth` = `client_secret_username`, or `token_request.parameter_names.client_id` = `null`',
  },
  {
    id: 'client-secret-jwt',
    meaning: 'the client secret is a short-lived signed JWT',
    providers: 1,
    said: '`client_auth` = `client_secret_signed`, `client_assertion`',
  },
  {
    id: 'code-by-webhook',
    meaning: 'the code arrives by webhook, not by redirect',
    providers: 1,
    said: '`deviations["code-by-webhook"]`, `callback.endpoints`',
  },
  {
    id: 'code-needs-decoding',
    meaning: 'the code in the callback must be percent-decoded before use',
    providers: 1,
    said: '`callback.decode_code`',
  },
  {
    id: 'code-param-rename',
    meaning: 'the callback carries the code under another name',
    providers: 4,
    said: '`callback.parameter_names`',
  },
  {
    id: 'expires-in-string',
    meaning: 'expires_in is a string',
    providers: 2,
    said: 'nothing: numbers as text are always read',
  },
  {
    id: 'expires-other-unit',
    meaning: 'expiry is in milliseconds or under another name',
    providers: 6,
    said: '`token_answer.fields.expires_in` or `.expires_at`, `token_answer.time_unit`',
  },
  {
    id: 'extra-headers',
    meaning: 'API or token requests need further headers',
    providers: 4,
    said: '`token_request.headers`, `api.headers`',
  },
  {
    id: 'follow-up-lookup',
    meaning: 'an API call after the exchange is needed to find the tenant, account or base URL',
    providers: 8,
    said: '`follow_up`; with a session for each token `deviations["session-login"]`',
  },
  {
    id: 'form-encoded-response',
    meaning: 'the token response is form encoded',
    providers: 3,
    said: 'nothing: form answers are always read',
  },
  {
    id: 'fragment-authorize-url',
    meaning: 'the authorization URL is a fragment route (#/...)',
    providers: 5,
    said: '`authorization_endpoint` with `#/` in it',
  },
  {
    id: 'http-200-errors',
    meaning: 'errors come with HTTP 200',
    providers: 11,
    said: '`token_answer.error`; `error` and `ok: false` are always read',
  },
  {
    id: 'install-link-authorize',
    meaning: 'the authorization URL is an install link or carries the client id in its path',
    providers: 4,
    said: '`authorization_endpoint` with `{client_id}`, `authorization_request.parameter_names`',
  },
  {
    id: 'issuer-per-tenant',
    meaning: 'with a shared tenant (common) the issuer in tokens carries the real tenant id',
    providers: 2,
    said: '`issuer_rule` = `tenant`; by region `issuer_pattern`',
  },
  {
    id: 'json-token-request',
    meaning: 'the token request body is JSON',
    providers: 33,
    said: '`token_request.format` = `json`',
  },
  {
    id: 'jsonp-response',
    meaning: 'the token response is wrapped in a callback',
    providers: 1,
    said: '`deviations["jsonp-answer"]`',
  },
  {
    id: 'literal-scope-separators',
    meaning: 'scope separators must not be percent-encoded',
    providers: 1,
    said: '`authorization_request.literal_scope_separator`',
  },
  {
    id: 'mtls',
    meaning: 'client certificate needed',
    providers: 0,
    said: '`client_auth` = `tls_client_auth` or `self_signed_tls_client_auth`',
  },
  {
    id: 'nested-token-response',
    meaning: 'the token is inside another object',
    providers: 9,
    said: '`token_answer.fields`',
  },
  {
    id: 'no-expires-in',
    meaning: 'the token response has no expires_in although the token expires, or never expires',
    providers: 2,
    said: '`refresh.access_lifetime`',
  },
  {
    id: 'no-scope-param',
    meaning: 'scopes are fixed in the application settings or chosen by the user',
    providers: 6,
    said: '`authorization_request.parameter_names.scope` = `null`',
  },
  {
    id: 'non-expiring-token',
    meaning: 'access tokens do not expire; there is no refresh token by default',
    providers: 24,
    said: '`refresh.supported` = `false`',
  },
  {
    id: 'nonce-required',
    meaning: 'nonce is required',
    providers: 5,
    said: '`authorization_request.nonce` = `always`',
  },
  {
    id: 'nonstandard-auth-scheme',
    meaning: 'API calls use another Authorization scheme or header than Bearer',
    providers: 6,
    said: '`api.scheme`, `api.header` or `api.query_parameter`',
  },
  {
    id: 'nonstandard-device-flow',
    meaning: 'the device flow is not RFC 8628',
    providers: 1,
    said: '`device`, `device_params`',
  },
  {
    id: 'nonstandard-grant',
    meaning: 'there is a grant type of its own (account_credentials, fb_exchange_token, ...)',
    providers: 3,
    said: '`client_credentials`, `refresh_request.grant_type`, `long_lived.grant_type`',
  },
  {
    id: 'nonstandard-revocation',
    meaning: 'revocation is not RFC 7009 (DELETE, other body or other authentication)',
    providers: 11,
    said: '`revocation`',
  },
  {
    id: 'nonstandard-token-type',
    meaning: 'token_type is not Bearer or missing',
    providers: 0,
    said: 'nothing: any `token_type` is read, and none is `Bearer`',
  },
  {
    id: 'offline-param',
    meaning: 'a parameter is needed to get a refresh token (access_type=offline, ...)',
    providers: 6,
    said: '`authorization_params`',
  },
  {
    id: 'offline-scope',
    meaning: 'a scope is needed to get a refresh token (offline_access, ...)',
    providers: 31,
    said: '`offline_scopes`',
  },
  {
    id: 'omit-empty-params',
    meaning: 'empty parameters must be left out',
    providers: 4,
    said: 'nothing: empty parameters are never sent',
  },
  {
    id: 'omit-response-type',
    meaning: 'response_type is not sent or is another word',
    providers: 6,
    said: '`authorization_request.parameter_names.response_type` = `null`, or `authorization_params.response_type`',
  },
  {
    id: 'param-rename-authorize',
    meaning: 'an authorization request parameter has another name',
    providers: 16,
    said: '`authorization_request.parameter_names`',
  },
  {
    id: 'param-rename-token',
    meaning: 'a token request parameter has another name',
    providers: 8,
    said: '`token_request.parameter_names`, `refresh_request.parameter_names`',
  },
  {
    id: 'pkce-hex-challenge',
    meaning: 'the code challenge is the hex form of the SHA-256 hash',
    providers: 1,
    said: '`pkce` = `S256-hex`',
  },
  {
    id: 'pkce-opt-in',
    meaning: 'PKCE must be switched on for the application',
    providers: 1,
    said: '`pkce` = `opt-in`',
  },
  { id: 'pkce-plain-only', meaning: 'only the plain challenge method works', providers: 1, said: '`pkce` = `plain`' },
  {
    id: 'pkce-required',
    meaning: 'PKCE is required',
    providers: 13,
    said: 'nothing: PKCE is sent unless `pkce` says otherwise',
  },
  {
    id: 'private-key-jwt',
    meaning: 'client authentication by private_key_jwt is possible or needed',
    providers: 5,
    said: '`client_auth` = `private_key_jwt`, `client_assertion`; a gateway that wants every request signed as a whole is not served',
  },
  {
    id: 'public-client-cors',
    meaning: 'browser exchange needs a special redirect type',
    providers: 1,
    said: '`token_request.headers.origin` with an optional parameter',
  },
  {
    id: 'redirect-uri-rules',
    meaning: 'redirect URIs have rules of their own (no localhost, no loopback port, https only)',
    providers: 1,
    said: '`redirect_uri.pattern`, `redirect_uri.sent_as`',
  },
  {
    id: 'refresh-expiry-field',
    meaning: 'the token response tells the life time of the refresh token',
    providers: 10,
    said: '`token_answer.fields.refresh_expires_in`; `refresh_token_expires_in` and `refresh_expires_in` are always read',
  },
  {
    id: 'refresh-needs-redirect-uri',
    meaning: 'the refresh request must carry redirect_uri',
    providers: 0,
    said: '`refresh_request.redirect_uri`',
  },
  {
    id: 'refresh-nonstandard',
    meaning: 'refresh is not grant_type=refresh_token',
    providers: 4,
    said: '`refresh_request`',
  },
  {
    id: 'refresh-rotation',
    meaning: 'every refresh yields a new refresh token and ends the old one',
    providers: 53,
    said: '`refresh.rotation` = `always`',
  },
  {
    id: 'refresh-rotation-optional',
    meaning: 'rotation depends on the application settings',
    providers: 10,
    said: '`refresh.rotation` = `optional`',
  },
  {
    id: 'refresh-secretless',
    meaning: 'the refresh request must not carry the client secret (public client)',
    providers: 0,
    said: '`refresh_request.client_auth` = `none`',
  },
  {
    id: 'refresh-token-once',
    meaning: 'the refresh token is only given on the first consent unless consent is forced',
    providers: 1,
    said: '`first_consent_params`',
  },
  {
    id: 'refresh-url-differs',
    meaning: 'the refresh request goes to another URL',
    providers: 30,
    said: '`refresh_endpoint`',
  },
  {
    id: 'region-from-callback',
    meaning: 'the token host is told in the callback',
    providers: 1,
    said: '`callback.endpoints`',
  },
  {
    id: 'region-in-url',
    meaning: 'region or data centre is part of the URL',
    providers: 21,
    said: '`parameters` with `values`',
  },
  {
    id: 'resource-param',
    meaning: 'a resource parameter is needed',
    providers: 1,
    said: '`token_params.resource`, `authorization_params.resource`',
  },
  {
    id: 'sandbox-hosts',
    meaning: 'there are separate sandbox hosts',
    providers: 9,
    said: '`parameters` with `values`',
  },
  {
    id: 'scope-as-array',
    meaning: 'scope in the token response is an array',
    providers: 1,
    said: 'nothing: lists are always read',
  },
  {
    id: 'scope-response-separator',
    meaning: 'scope in the token response has another separator than in the request',
    providers: 1,
    said: '`token_answer.scope_separator`; commas are always read',
  },
  { id: 'scope-separator', meaning: 'scopes are not separated by a space', providers: 60, said: '`scope_separator`' },
  {
    id: 'second-scope-param',
    meaning: 'a second scope parameter exists (user_scope, optional_scope)',
    providers: 2,
    said: '`authorization_request.second_scope_param`',
  },
  { id: 'self-hosted', meaning: 'the host is chosen by the user', providers: 5, said: '`parameters` with `pattern`' },
  {
    id: 'short-lived-code',
    meaning: 'the code lives for seconds only',
    providers: 1,
    said: '`callback.code_lifetime`',
  },
  {
    id: 'state-required',
    meaning: 'state is required or has a minimum length',
    providers: 8,
    said: 'nothing: 43 characters of state are always sent; where it is not repeated `callback.state_in_redirect_uri`',
  },
  {
    id: 'tenant-in-url',
    meaning: 'tenant, account or shop is part of the URL',
    providers: 176,
    said: '`parameters` with `pattern`',
  },
  {
    id: 'token-exchange-step',
    meaning: 'a short-lived token must be exchanged for a long-lived one',
    providers: 3,
    said: '`long_lived`, `refresh_request`',
  },
  {
    id: 'token-request-get',
    meaning: 'the token request is a GET',
    providers: 5,
    said: '`token_request.method` = `GET`',
  },
  {
    id: 'token-request-query',
    meaning: 'parameters of the token request go in the query string',
    providers: 1,
    said: '`token_request.format` = `query`',
  },
  {
    id: 'token-response-metadata',
    meaning: 'the token response carries values that must be kept (instance_url, api_domain, team, ...)',
    providers: 46,
    said: '`token_answer.metadata`',
  },
  {
    id: 'two-tokens',
    meaning: 'one exchange yields two access tokens (bot and user, page and user, ...)',
    providers: 1,
    said: '`token_answer.second`',
  },
  {
    id: 'user-agent-required',
    meaning: 'a User-Agent header is needed',
    providers: 3,
    said: 'nothing: a `User-Agent` is always sent',
  },
]
