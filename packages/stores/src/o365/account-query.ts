import { counted, type Grant, OAuthError } from '@evergrant/core'

/**
 * Which account: by its username, or by what the provider keeps it under. The same person as a guest elsewhere, or with a
 * personal account of the same name, is another subject.
 */
export type AccountQuery = string | { readonly username: string } | { readonly iss: string; readonly sub: string }

/** The one account that is meant; undefined: none. Several are an error: the first would be a guess. */
export function accountOf(all: readonly Grant[], who: AccountQuery | undefined): Grant | undefined {
  const found = all.filter((one) => isMeant(one, who))
  if (found.length < 2) return found[0]
  const message = `${counted(found.length, 'account')} could be meant by ${accountWords(who)}. Say which one by iss and sub.`
  throw new OAuthError('INVALID_ARGUMENT', message)
}

/** For people. */
export function accountWords(who: AccountQuery | undefined): string {
  if (who === undefined) return 'at all'
  if (typeof who === 'string') return who
  return 'username' in who ? who.username : `${who.sub} of ${who.iss}`
}

function isMeant({ subject }: Grant, who: AccountQuery | undefined): boolean {
  if (who === undefined) return true
  if (typeof who === 'object' && 'sub' in who) return subject?.iss === who.iss && subject.sub === who.sub
  const username = typeof who === 'string' ? who : who.username
  return subject?.username?.toLowerCase() === username.toLowerCase()
}
