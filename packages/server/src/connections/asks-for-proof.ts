import type { ConnectionPatch } from '../contract/index.ts'
import type { ConnectionRow } from './connection-row.ts'

/** What says whose word is taken for who somebody is. */
const ABOUT_SIGN_IN: ReadonlySet<string> = new Set([
  'sign_in',
  'client_id',
  'client_auth',
  'parameters',
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
] satisfies (keyof ConnectionPatch)[])

/**
 * Whether settings decide who gets in here: those of a connection by which people sign in, now or from then on. With
 * another issuer, or with addresses taken on trust, somebody would come in as anybody, so a session is not enough.
 *
 * @param before - How it is; undefined for a new one.
 */
export function asksForProof(before: Pick<ConnectionRow, 'sign_in'> | undefined, patch: ConnectionPatch): boolean {
  const now = (before?.sign_in ?? null) !== null
  // Nobody comes in by one that is no longer flagged.
  const then = patch.sign_in === undefined ? now : patch.sign_in !== null
  return then && Object.keys(patch).some((field) => ABOUT_SIGN_IN.has(field))
}
