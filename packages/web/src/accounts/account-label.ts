import type { Account } from '../api/types.ts'

/** What a person calls the account: who signed in, else what was typed, else its name. */
export function accountAddress(account: Account): string {
  return account.subject?.username ?? account.login_hint ?? account.name
}
