import type * as oauth from 'oauth4webapi'
import { ADDRESSES } from '../provider/addresses.ts'
import type { Provider } from '../provider/resolve.ts'

/** Where a provider's metadata comes from: `none` when the endpoints in its definition are all there is, or enough. */
export function discoveryMode(provider: Provider): 'oidc' | 'oauth2' | 'none' {
  const complete = provider.token_endpoint !== undefined && provider.authorization_endpoint !== undefined
  return provider.discovery ?? (provider.issuer === undefined || complete ? 'none' : 'oidc')
}

/** The endpoints in the definition, for what goes on top of published metadata. */
export function givenEndpoints(provider: Provider): Partial<oauth.AuthorizationServer> {
  const given = ADDRESSES.filter((name) => name !== 'issuer').map((name) => [name, provider[name]] as const)
  return Object.fromEntries(given.filter(([, address]) => address !== undefined))
}

/** Metadata that is made of the given endpoints alone. */
export function givenMetadata(provider: Provider): oauth.AuthorizationServer {
  return {
    // Without an issuer nothing can be compared with one; the token endpoint names the server.
    issuer: provider.issuer ?? provider.token_endpoint ?? provider.id,
    // Without this, the protocol layer takes RS256 alone.
    id_token_signing_alg_values_supported: [
      'RS256',
      'PS256',
      'ES256',
      'EdDSA',
      'Ed25519',
      'RS384',
      'ES384',
      'RS512',
      'ES512',
    ],
    ...givenEndpoints(provider),
  }
}
