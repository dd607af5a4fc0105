import type { Abortable } from '../abortable.ts'
import { scopeNames } from '../protocol/scope.ts'

/** What a caller wants from a token source. Everything is optional: by default, a valid token for the grant. */
export interface Want extends Abortable {
  /** Resource indicator (RFC 8707): a token for this resource server. */
  readonly resource?: string | undefined
  /** A narrower scope than the grant's, space separated. */
  readonly scope?: string | undefined
  /** The token must stay valid for at least so many seconds. Default 0, beyond the usual margin. */
  readonly minTtl?: number | undefined
  /** Ask the provider even if a valid token is held. */
  readonly force?: boolean | undefined
  /** A token that a resource server refused: any newer one is good enough, else a new one is fetched. */
  readonly rejected?: string | undefined
}

/**
 * Under which name a grant keeps the access token for a want: `''`, the resource, or both with the sorted scope. For
 * programs that read records themselves.
 *
 * @example
 * ```ts
 * import { accessKey, type Grant } from '@evergrant/core'
 *
 * const endOf = (of: Grant, resource: string): number | undefined => of.access[accessKey({ resource })]?.expires_at
 * ```
 */
export function accessKey(want: Pick<Want, 'resource' | 'scope'>): string {
  const resource = want.resource ?? ''
  if (want.scope === undefined) return resource
  const names = scopeNames(want.scope).sort()
  return names.length === 0 ? resource : `${resource} ${names.join(' ')}`
}
