import { base64url } from '../client/pem.ts'
import type { ProviderDefinition } from '../provider/definition.ts'
import { sha256 } from './sha256.ts'

/**
 * The parameters of RFC 7636 §4.3 for a verifier; empty when the provider takes none. `switchedOn`: what the caller
 * says about a client that PKCE has to be switched on for.
 */
export function codeChallenge(
  pkce: ProviderDefinition['pkce'],
  verifier: string,
  switchedOn: boolean | undefined,
): Readonly<Record<string, string>> {
  const method = pkce === undefined || (pkce === 'opt-in' && switchedOn) ? 'S256' : pkce
  if (method === 'off' || method === 'opt-in') return {}
  if (method === 'plain') return { code_challenge: verifier, code_challenge_method: 'plain' }
  const hash = sha256(verifier)
  return { code_challenge: method === 'S256' ? base64url(hash) : hex(hash), code_challenge_method: 'S256' }
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
