import type { Behaviour, Registration } from './relying-party.ts'

/** A client test plan of the suite, and the variant it is run with. */
export interface PlanChoice {
  readonly name: string
  /** What is asked of the suite; a plan refuses variants that it fixes itself. */
  readonly variant: Readonly<Record<string, string>>
  /** What the plan fixes, as far as the client has to know. */
  readonly fixed?: Behaviour
}

const secretBasic = { client_auth_type: 'client_secret_basic', response_mode: 'default' }
const staticClient = { client_registration: 'static_client', request_type: 'plain_http_request' }

export const plans: Readonly<Record<'basic' | 'config' | 'dynamic' | 'fapi2', PlanChoice>> = {
  basic: { name: 'oidcc-client-basic-certification-test-plan', variant: staticClient },
  config: { name: 'oidcc-client-config-certification-test-plan', variant: { ...staticClient, ...secretBasic } },
  dynamic: {
    name: 'oidcc-client-dynamic-certification-test-plan',
    variant: secretBasic,
    fixed: { client_registration: 'dynamic_client' },
  },
  fapi2: {
    name: 'fapi2-security-profile-final-client-test-plan',
    variant: {
      client_auth_type: 'private_key_jwt',
      sender_constrain: 'dpop',
      fapi_client_type: 'oidc',
      fapi_profile: 'plain_fapi',
      authorization_request_type: 'simple',
    },
  },
}

/** The suite's configuration for a plan: who the client is, and the keys of the server that the suite plays. */
export function configuration(alias: string, client: Registration, serverKeys: object): object {
  const { jwk, ...registration } = client
  const { d: _, p: __, q: ___, dp, dq, qi, ...publicKey } = jwk
  return {
    alias,
    description: 'Evergrant',
    waitTimeoutSeconds: 2,
    client: { ...registration, scope: 'openid profile email address phone', jwks: { keys: [publicKey] } },
    server: { jwks: serverKeys },
  }
}
