import type { ConnectionPatch } from '../contract/index.ts'
import type { ConnectionRow } from './connection-row.ts'

/** What says where tokens go. */
const ABOUT_PLACE = [
  'parameters',
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
] as const satisfies (keyof ConnectionPatch)[]

/** What says whose word is taken for who somebody is. */
const ABOUT_SIGN_IN = [
  ...ABOUT_PLACE,
  'sign_in',
  'client_id',
  'client_auth',
] as const satisfies (keyof ConnectionPatch)[]

/**
 * Whether settings decide who gets in here, or where tokens go that are there already. With another issuer, or with
 * addresses taken on trust, somebody would come in as anybody; and what is asked of a grant would be asked elsewhere. A
 * session is not enough for that.
 *
 * @param before - How it is; undefined for a new one.
 * @param used - Whether it has accounts.
 */
export function asksForProof(
  before: Pick<ConnectionRow, 'sign_in'> | undefined,
  patch: ConnectionPatch,
  used: boolean,
): boolean {
  const now = (before?.sign_in ?? null) !== null
  // Nobody comes in by one that is no longer flagged.
  const then = patch.sign_in === undefined ? now : patch.sign_in !== null
  const says = (fields: readonly (keyof ConnectionPatch)[]) => fields.some((field) => patch[field] !== undefined)
  return (then && says(ABOUT_SIGN_IN)) || (used && says(ABOUT_PLACE))
}
