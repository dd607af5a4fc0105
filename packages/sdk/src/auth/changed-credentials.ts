import type { Credentials, OAuthCredentials, Parameters } from './credentials.ts'

/** What decides whose token it is. */
const HOLDER = ['clientId', 'flow', 'username', 'source'] as const

/**
 * Credentials with changes: what is absent stays, `undefined` clears. A token goes along, unless another client, person,
 * source or purpose is among the changes: it was given to the former ones. A token among the changes is used.
 */
export function changedCredentials<T extends object>(current: T | undefined, changes: object): T {
  const next = { ...current, ...changes } as T & OAuthCredentials
  const { scopes, tokenParameters, ...former } = (current ?? {}) as OAuthCredentials
  const same =
    HOLDER.every((name) => next[name] === former[name]) &&
    // Without scopes nothing in particular is asked for, and the token does.
    (!next.scopes || wire(next.scopes) === wire(scopes)) &&
    wire(pairs(next.tokenParameters)) === wire(pairs(tokenParameters))
  return same || 'token' in changes || next.token === undefined ? next : { ...next, token: undefined }
}

function pairs(parameters: Parameters | undefined): string[] {
  return Object.entries(parameters ?? {}).map(([name, value]) => `${name}=${value}`)
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
