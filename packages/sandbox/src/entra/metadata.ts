import type { Engine } from '../engine.ts'
import { type Answer, jsonAnswer } from '../http-answer.ts'
import type { EntraDirectory } from './directory.ts'
import { type EntraPlace, tenantAt } from './place.ts'

/**
 * What an authority says about itself; of a shared one the issuer is a template.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#fetch-the-openid-configuration-document
 */
export function configuration({ tenant, version }: EntraPlace, directory: EntraDirectory, { issuer }: Engine): Answer {
  const known = tenantAt(tenant, directory)
  const base = `${issuer}/${tenant}`
  const [oauth, keys] = version === 2 ? ['oauth2/v2.0', 'discovery/v2.0/keys'] : ['oauth2', 'discovery/keys']
  return jsonAnswer({
    issuer: issuerOf(issuer, known?.id ?? '{tenantid}', version),
    authorization_endpoint: `${base}/${oauth}/authorize`,
    token_endpoint: `${base}/${oauth}/token`,
    device_authorization_endpoint: `${base}/${oauth}/devicecode`,
    end_session_endpoint: `${base}/${oauth}/logout`,
    jwks_uri: `${base}/${keys}`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    tenant_region_scope: known === undefined ? null : 'EU',
    cloud_instance_name: new URL(issuer).host,
  })
}

/** The issuer of tokens. v1.0 has another host in the real one; here it is one, without the version. */
export function issuerOf(issuer: string, tid: string, version: 1 | 2): string {
  return version === 2 ? `${issuer}/${tid}/v2.0` : `${issuer}/${tid}/`
}

/**
 * Which hosts stand for one and the same authority: what Microsoft's libraries ask before they trust a host.
 *
 * @see https://learn.microsoft.com/entra/msal/javascript/browser/errors#untrusted_authority
 */
export function instance(directory: EntraDirectory, { issuer }: Engine, asked: string | undefined): Answer {
  const { host } = new URL(issuer)
  const tenant = asked === undefined ? 'common' : (new URL(asked).pathname.split('/')[1] ?? 'common')
  tenantAt(tenant, directory)
  return jsonAnswer({
    tenant_discovery_endpoint: `${issuer}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  })
}
