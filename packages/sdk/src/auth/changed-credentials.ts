import type { Credentials, OAuthCredentials } from './credentials.ts'

/**
 * Credentials with changes: what is absent stays, `undefined` clears. A token goes along, unless another client or other
 * scopes are among the changes: it was given to the former ones. A token among the changes is used.
 */
export function changedCredentials<T extends object>(current: T | undefined, changes: object): T {
  const next = { ...current, ...changes } as T & OAuthCredentials
  const { clientId, scopes } = (current ?? {}) as OAuthCredentials
  // Without scopes nothing in particular is asked for, and the token does.
  const same = next.clientId === clientId && (!next.scopes || wire(next.scopes) === wire(scopes))
  return same || 'token' in changes || next.token === undefined ? next : { ...next, token: undefined }
}

function wire(scopes: readonly string[] | undefined): string {
  return [...(scopes ?? [])].sort().join(' ')
}

/** The credentials without their tokens, for another host: what one host may see is not for the next. */
export function withoutTokens<Auth extends Readonly<Record<string, Credentials | undefined>>>(
  auth: Auth,
  isOAuth: (name: string) => boolean,
): Auth {
  const entries = Object.entries(auth).map(([name, one]) => [
    name,
    one !== undefined && isOAuth(name) && 'token' in one ? { ...one, token: undefined } : one,
  ])
  return Object.fromEntries(entries) as Auth
}
