import type { GrantSummary, Subject } from '@evergrant/core'
import type { Protocol } from './protocol/protocol.ts'
import { isFor } from './scopes.ts'

/** Under which ids the grants of one registration are kept in a store that others may use too. */
export interface GrantIds {
  /** What all of them begin with, but for the former ones. */
  readonly prefix: string
  /** The program's own grant. */
  readonly app: string
  /** The same as it was called before ids named the API. Nobody reads it any more. */
  readonly formerApp: string
  /** While it is not known who will consent. */
  readonly nobody: string
  of(username: string): string
  /** The same as it was called before ids named the API. What is kept there may be for another one: see {@link isFormer}. */
  formerOf(username: string): string
  /** A grant's id by who consented. */
  ofSubject(subject: Subject | undefined): string
  /** Whether a grant has a former id and is for this API. */
  isFormer(of: Pick<GrantSummary, 'id' | 'requested_scope'>): boolean
  /** Whose grant it is. */
  nameOf(of: Pick<GrantSummary, 'id' | 'subject'>): string
}

/**
 * By client, the tenant that was asked, the API, and the name a person knows. A guest is asked in the host's tenant and has
 * the same name in the home tenant, so both are needed; a personal account is found by its name at `common` and `consumers`.
 * Neither object ids nor the subject would do: whoever picks an account by name knows neither. An access token is for one
 * API (its audience), so two protocols of one person have a grant each.
 */
export function grantIds(
  clientId: string,
  tenant: string,
  { scopePrefix, protocolUrl }: Pick<Protocol, 'scopePrefix' | 'protocolUrl'>,
): GrantIds {
  const former = `${clientId}/${tenant.toLowerCase()}/`
  const audience = encodeURIComponent((scopePrefix === '' ? protocolUrl : scopePrefix).replace(/\/+$/, ''))
  const prefix = `${former}${audience}/`
  const lower = (username: string): string => username.trim().toLowerCase()
  const of = (username: string): string => prefix + lower(username)
  return {
    prefix,
    app: `${prefix}#application`,
    formerApp: `${former}#application`,
    nobody: `${prefix}#nobody`,
    of,
    formerOf: (username) => former + lower(username),
    ofSubject: (subject) => of(subject?.username ?? subject?.sub ?? '#unnamed'),
    isFormer({ id, requested_scope = '' }) {
      if (!id.startsWith(former) || id.indexOf('/', former.length) >= 0 || scopePrefix === '') return false
      return isFor(requested_scope.split(' '), scopePrefix)
    },
    nameOf: ({ id, subject }) => subject?.username ?? id.slice(id.startsWith(prefix) ? prefix.length : former.length),
  }
}
