import { assertSecureUrl, isOAuthError } from '@evergrant/core'
import { AtField, Refusal } from '../problem.ts'
import { type AddressPolicy, assertPublicAddress } from '../security/address-policy.ts'
import type { ConnectionRow } from './connection-row.ts'

const ADDRESSES = ['issuer', 'authorization_endpoint', 'token_endpoint'] as const

/** RFC 6749 §3.3: printable ASCII without quotation mark and backslash, separated by spaces. */
const SCOPE = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** RFC 6749 §A.1: printable ASCII. */
const CLIENT_ID = /^[\x20-\x7e]*$/

/**
 * Refuses what cannot be right in itself, and names the field; the administrator who filled it in corrects it. Throws a
 * `Refusal`, or an error of the engine at its field.
 */
export function assertSettings(
  given: Partial<Pick<ConnectionRow, 'client_id' | 'scope' | (typeof ADDRESSES)[number]>>,
  policy: AddressPolicy,
): void {
  const { client_id = '', scope = '' } = given
  if (!CLIENT_ID.test(client_id)) throw wrong('client_id', 'The client id has characters that no client id has.')
  if (!SCOPE.test(scope)) throw wrong('scope', 'The scopes have characters that no scope has (RFC 6749 §3.3).')
  for (const field of ADDRESSES) {
    const address = given[field] ?? undefined
    if (address !== undefined) assertAddress(address, field, policy)
  }
}

function assertAddress(address: string, field: (typeof ADDRESSES)[number], policy: AddressPolicy): void {
  // The URL parser drops line breaks and tabs, so that another address would be asked than the one that is shown.
  if (/[\s\p{Cc}]/u.test(address)) throw wrong(field, 'The address has white space or control characters in it.')
  try {
    assertSecureUrl(address, 'The address')
    assertPublicAddress(address, policy)
  } catch (error) {
    if (!isOAuthError(error)) throw error
    if (error.code === 'INVALID_ARGUMENT') throw wrong(field, error.message)
    throw new AtField(error, field)
  }
  // RFC 6749 §3.1, §3.2 and RFC 8414 §2: neither endpoint nor issuer has one.
  if (address.includes('#')) throw wrong(field, 'The address must not have a fragment (#…).')
}

function wrong(field: string, message: string): Refusal {
  return new Refusal('SETTING_INVALID', message, { field })
}
