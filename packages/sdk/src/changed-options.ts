import { changedCredentials, withoutTokens } from './auth/changed-credentials.ts'
import type { Credentials } from './auth/credentials.ts'
import { callOrigin } from './call-address.ts'
import type { ConfigurationChanges } from './client.ts'
import type { Auth, ClientOptions } from './configuration.ts'
import type { ApiDescription, SchemeDescription } from './description/api-description.ts'
import { type Described, descriptionOf } from './description/description-of.ts'
import { own } from './own.ts'

/**
 * Options with changes. A token is for one client, its scopes and one host: a change of these leaves it behind. Where the
 * API is exchanged, credentials stay only with schemes that both APIs have alike, and only when no call goes to a host that
 * did not get them before.
 */
export function changedOptions(
  options: ClientOptions,
  { auth: changes = {}, ...rest }: ConfigurationChanges<Auth>,
  api: ApiDescription,
): ClientOptions {
  const merged = withApi({ ...options, ...(rest as ClientOptions) }, rest)
  const exchanged = 'api' in rest || 'openapi' in rest
  const next = exchanged ? descriptionOf(merged) : api
  const kept = keptCredentials({ ...options, api }, { ...merged, api: next }, exchanged)
  const changed = Object.entries(changes).map(([name, change]): [string, Credentials | undefined] => {
    const whole = change === undefined || 'ready' in change
    return [name, (whole ? change : changedCredentials(own(kept, name), change)) as Credentials | undefined]
  })
  return { ...merged, ...(exchanged ? { api: next } : {}), auth: { ...kept, ...Object.fromEntries(changed) } }
}

/** Document and description stand for the same: one that is exchanged takes the other with it. */
function withApi(merged: ClientOptions, { api, openapi }: Described): ClientOptions {
  if (openapi !== undefined && api === undefined) return { ...merged, api: undefined }
  return api !== undefined && openapi === undefined ? { ...merged, openapi: undefined } : merged
}

interface Side extends ClientOptions {
  readonly api: ApiDescription
}

function keptCredentials(before: Side, after: Side, exchanged: boolean): Auth {
  const { auth = {} } = before
  if (!exchanged) return movedElsewhere(before, after) ? withoutTokens(auth, (name) => isOAuth(before.api, name)) : auth
  const known = origins(before)
  if ([...origins(after)].some((origin) => !known.has(origin))) return {}
  const alike = ([name]: [string, unknown]): boolean => {
    const [from, to] = [own(before.api.schemes, name), own(after.api.schemes, name)]
    return from !== undefined && to !== undefined && essence(from) === essence(to)
  }
  return Object.fromEntries(Object.entries(auth).filter(alike))
}

/** Whether calls go to another host than before. Where that is not known, nothing has been sent there yet. */
export function movedElsewhere(before: Side, after: Side): boolean {
  const [from, to] = [callOrigin(before, before.api), callOrigin(after, after.api)]
  return from !== undefined && to !== undefined && from !== to
}

/** Of all operations: some have servers of their own. */
function origins(options: Side): ReadonlySet<string> {
  const { operations } = options.api
  const own = Object.keys(operations).filter((name) => operations[name]?.servers !== undefined)
  return new Set(['', ...own].flatMap((operation) => callOrigin(options, options.api, operation) ?? []))
}

function isOAuth({ schemes }: ApiDescription, name: string): boolean {
  return /^(?:oauth2|openIdConnect)$/.test(own(schemes, name)?.type ?? '')
}

/** Where a scheme's credentials go. Words and scopes are told anew in each version of a document. */
function essence(scheme: SchemeDescription): string {
  return JSON.stringify(scheme, (name, value: unknown) =>
    name === 'description' || name === 'scopes' ? undefined : value,
  )
}
