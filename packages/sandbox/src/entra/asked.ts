import { scopeTokens } from '../scope.ts'
import { Aadsts } from './aadsts.ts'
import type { EntraDirectory } from './directory.ts'

/** Scopes of the sign-in itself, which belong to no API. */
const OF_SIGN_IN: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'offline_access'])

/** What a request asks for, taken apart. */
export interface Asked {
  /** The API that the token is for. */
  readonly resource: string
  /** Permissions of that API, without its address. */
  readonly names: readonly string[]
  readonly signIn: readonly string[]
}

/**
 * A whole scope is the API's address (App ID URI) with the permission behind the last slash; a short one is of
 * Graph. `https://vault.azure.net//.default` has an address that ends in a slash.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/scopes-oidc
 */
export function parted(scope: string, directory: EntraDirectory): { readonly resource: string; readonly name: string } {
  const at = scope.lastIndexOf('/')
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(scope)
  if (!whole && at === -1) return { resource: directory.graph, name: scope }
  return { resource: scope.slice(0, at), name: scope.slice(at + 1) }
}

/** The scopes of one request by their APIs, in the order they came. */
export function byResource(scope: string | undefined, directory: EntraDirectory): Asked[] {
  const tokens = scopeTokens(scope)
  const signIn = tokens.filter((token) => OF_SIGN_IN.has(token))
  const groups = new Map<string, string[]>()
  for (const token of tokens) {
    if (OF_SIGN_IN.has(token)) continue
    const { resource, name } = parted(token, directory)
    if (name === '' || resource === '') throw new Aadsts(70011, { scope: token })
    assertKnown(resource, directory)
    const names = groups.get(resource) ?? []
    groups.set(resource, [...names, name])
  }
  // https://learn.microsoft.com/entra/identity-platform/scopes-oidc#the-default-scope: not together with others.
  for (const names of groups.values())
    if (names.includes('.default') && names.length > 1) throw new Aadsts(70011, { scope: scope ?? '' })
  return [...groups].map(([resource, names]) => ({ resource, names, signIn }))
}

export function assertKnown(resource: string, directory: EntraDirectory, tenant = ''): void {
  const { resources, apps, graph } = directory
  const own = apps.some(({ uri, client_id }) => [uri, `api://${client_id}`, client_id].includes(resource))
  if (resources === undefined || own || [graph, ...resources].some((one) => same(one, resource))) return
  throw new Aadsts(500011, { resource, tenant })
}

/** Whether two addresses are of the same API: a slash at the end makes no difference. */
export function same(one: string, other: string): boolean {
  return one.replace(/\/+$/, '') === other.replace(/\/+$/, '')
}

export function signInScopes(scope: string | undefined): string[] {
  return scopeTokens(scope).filter((token) => OF_SIGN_IN.has(token))
}
