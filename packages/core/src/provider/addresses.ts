import { assertSecureUrl } from '../http/secure-url.ts'
import type { ProviderDefinition } from './definition.ts'

/** The fields that hold addresses, and so may hold `{parameter}`. */
export const ADDRESSES = [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'userinfo_endpoint',
  'device_authorization_endpoint',
  'jwks_uri',
  'registration_endpoint',
  'backchannel_authentication_endpoint',
  'pushed_authorization_request_endpoint',
  'admin_consent_endpoint',
] as const

/**
 * Checks that every address of a provider is https, or plain http on a loopback host (RFC 9700 §2.6).
 * Throws `INSECURE_URL` or `INVALID_ARGUMENT`, naming the field.
 */
export function assertSecureAddresses(provider: ProviderDefinition): void {
  for (const field of ADDRESSES) {
    const address = provider[field]
    if (address !== undefined) assertSecureUrl(address, `${provider.name}: ${field}`)
  }
}
