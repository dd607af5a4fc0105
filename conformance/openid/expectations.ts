import type { ErrorCode } from '@evergrant/core'

/**
 * What a relying party has to make of each module of the OpenID Foundation's client test plans, by the part of the
 * module's name after `client-test-`. `undefined`: the sign-in succeeds. A module that is not here has to succeed.
 */
const refusals: Readonly<Record<string, ErrorCode | undefined>> = {
  // The wrong server.
  'discovery-issuer-mismatch': 'ISSUER_MISMATCH',
  'invalid-authorization-response-iss': 'ISSUER_MISMATCH',
  'remove-authorization-response-iss': 'ISSUER_MISMATCH',
  // The wrong answer to this request.
  'ensure-authorization-response-with-invalid-state-fails': 'STATE_MISMATCH',
  'ensure-authorization-response-with-invalid-missing-state-fails': 'STATE_MISMATCH',
  // The id_token.
  'invalid-iss': 'ID_TOKEN_INVALID',
  'invalid-missing-iss': 'ID_TOKEN_INVALID',
  'invalid-aud': 'ID_TOKEN_INVALID',
  'invalid-missing-aud': 'ID_TOKEN_INVALID',
  'invalid-secondary-aud': 'ID_TOKEN_INVALID',
  'invalid-azp': 'ID_TOKEN_INVALID',
  'invalid-athash': 'ID_TOKEN_INVALID',
  'invalid-chash': 'ID_TOKEN_INVALID',
  'invalid-expired-exp': 'ID_TOKEN_INVALID',
  'invalid-missing-exp': 'ID_TOKEN_INVALID',
  'missing-iat': 'ID_TOKEN_INVALID',
  'missing-sub': 'ID_TOKEN_INVALID',
  'nonce-invalid': 'ID_TOKEN_INVALID',
  'invalid-nonce': 'ID_TOKEN_INVALID',
  'invalid-missing-nonce': 'ID_TOKEN_INVALID',
  'idtoken-sig-none': 'ID_TOKEN_INVALID',
  'invalid-null-alg': 'ID_TOKEN_INVALID',
  'invalid-alternate-alg': 'ID_TOKEN_INVALID',
  'invalid-sig-rs256': 'ID_TOKEN_INVALID',
  'invalid-sig-ps256': 'ID_TOKEN_INVALID',
  'invalid-sig-es256': 'ID_TOKEN_INVALID',
  'invalid-signature': 'ID_TOKEN_INVALID',
  'sig-hs256-with-public-key': 'ID_TOKEN_INVALID',
  'kid-absent-multiple-jwks': 'ID_TOKEN_INVALID',
  // The person's claims.
  'userinfo-invalid-sub': 'WRONG_ACCOUNT',
}

/** The name of what is tested: `oidcc-client-test-invalid-iss` → `invalid-iss`; a plan's plain module → `happy-path`. */
export function caseOf(module: string): string {
  return /client-test-(.+)$/.exec(module)?.[1] ?? 'happy-path'
}

/** The error that has to stop the sign-in; undefined when it has to succeed. */
export function expectedError(module: string): ErrorCode | undefined {
  return refusals[caseOf(module)]
}
