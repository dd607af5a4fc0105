import type { Subject } from '@evergrant/core'

/** Under which ids the grants of one registration are kept in a store that others may use too. */
export interface GrantIds {
  /** What all of them begin with. */
  readonly prefix: string
  /** The program's own grant. */
  readonly app: string
  /** While it is not known who will consent. */
  readonly nobody: string
  of(username: string): string
  /** A grant's id by who consented. */
  ofSubject(subject: Subject | undefined): string
}

/**
 * By client, the tenant that was asked, and the name a person knows. A guest is asked in the host's tenant and has the
 * same name in the home tenant, so both are needed; a personal account is found by its name at `common` and `consumers`.
 * Neither object ids nor the subject would do: whoever picks an account by name knows neither.
 */
export function grantIds(clientId: string, tenant: string): GrantIds {
  const prefix = `${clientId}/${tenant.toLowerCase()}/`
  const of = (username: string): string => prefix + username.trim().toLowerCase()
  return {
    prefix,
    app: `${prefix}#application`,
    nobody: `${prefix}#nobody`,
    of,
    ofSubject: (subject) => of(subject?.username ?? subject?.sub ?? '#unnamed'),
  }
}
