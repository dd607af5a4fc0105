import type { AccountFilter } from '../../accounts/account-page.ts'
import type { AccountCountQuery, PresentState } from '../../contract/index.ts'
import type { KnownKey } from '../../security/api-keys.ts'
import { ownOnly } from '../../security/permissions.ts'
import type { SignedIn } from '../../security/sessions.ts'

interface Asker {
  readonly apiKey?: KnownKey | undefined
  readonly signedIn?: SignedIn | undefined
}

/** What is asked for, as far as whoever asks may see it: a member's own, a key's own. */
export function accountFilter(
  { connection, owner, state, flag, q }: AccountCountQuery,
  { apiKey, signedIn }: Asker,
): AccountFilter {
  const own = ownOnly(signedIn)
  const wanted = owner === 'nobody' ? null : owner
  // Of others a member sees none: what they ask for is looked for among their own.
  const seen = own === undefined ? wanted : wanted === undefined || wanted === own ? own : ''
  return {
    ids: apiKey?.accounts,
    owner: seen,
    connection,
    states: state === undefined ? undefined : new Set(state.split(',') as PresentState[]),
    flag,
    q,
  }
}
