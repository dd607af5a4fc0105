import { type Engine, endpoints, type Handler } from './engine.ts'
import { type Answer, jsonAnswer } from './http-answer.ts'
import { grantTypes } from './token.ts'

/** Serves the metadata of OpenID Connect Discovery 1.0 §3 and of RFC 8414 §2: one document answers both. */
export const discovery: Handler = (_exchange, engine) => cacheable(metadata(engine))

export const jwks: Handler = async (_exchange, engine) => cacheable(await engine.keys.jwks())

function cacheable(document: unknown): Answer {
  return {
    ...jsonAnswer(document),
    headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=60' },
  }
}

function metadata({ issuer, settings, keys }: Engine): Record<string, unknown> {
  const confidential = ['client_secret_basic', 'client_secret_post']
  return {
    issuer,
    authorization_endpoint: issuer + endpoints.authorize,
    token_endpoint: issuer + endpoints.token,
    jwks_uri: issuer + endpoints.jwks,
    userinfo_endpoint: issuer + endpoints.userinfo,
    introspection_endpoint: issuer + endpoints.introspect,
    revocation_endpoint: issuer + endpoints.revoke,
    device_authorization_endpoint: issuer + endpoints.device_authorization,
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'form_post'],
    grant_types_supported: grantTypes,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [keys.algorithm],
    token_endpoint_auth_methods_supported: [...confidential, 'none'],
    introspection_endpoint_auth_methods_supported: confidential,
    revocation_endpoint_auth_methods_supported: [...confidential, 'none'],
    code_challenge_methods_supported: settings.pkce === 'required' ? ['S256'] : ['S256', 'plain'],
    claims_supported: [
      'iss',
      'sub',
      'aud',
      'exp',
      'iat',
      'auth_time',
      'nonce',
      'at_hash',
      'name',
      'preferred_username',
      'email',
      'email_verified',
    ],
    authorization_response_iss_parameter_supported: settings.issParameter,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  }
}
