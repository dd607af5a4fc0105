import type { AuditActor } from '@evergrant/server/contract'
import type { AuditEntry } from '../api/types.ts'
import type { Language, Texts } from '../languages/languages.ts'
import { signInTrouble } from '../session/sign-in-refusals.ts'
import type { Names } from './names.ts'

/** Actions whose `name` is what the thing is called, and no change of it. */
const NAMING = new Set<AuditEntry['action']>([
  'user.invite',
  'user.remove',
  'connection.create',
  'connection.remove',
  'account.remove',
  'api_key.create',
  'api_key.remove',
  'connection.secret_fallback',
  'connection.secret_taken',
  'connection.secret_ended',
  'connection.secret_expiring',
])

export function actorWords({ type, id = '', name }: AuditActor, names: Names, { audit }: Texts): string {
  if (type === 'nobody') return audit.nobody
  if (type === 'server') return audit.byServer
  const known = name ?? names.get(id)?.name
  if (type === 'key') return audit.byKey({ key: known ?? id })
  return known ?? id
}

/** What the entry tells beside who, what and when, one short phrase each. What has no words here is left out. */
export function deedDetails(entry: AuditEntry, names: Names, language: Language): string[] {
  const { texts } = language
  const { audit } = texts
  const { detail = {}, action } = entry
  const text = (key: string): string | undefined => {
    const value = detail[key]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const list = (key: string): string[] | undefined => {
    const value = detail[key]
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined
  }
  const said: (string | undefined)[] = [
    when(text('connection'), (id) => audit.through({ connection: names.get(id)?.name ?? id })),
    detail['new'] === true ? audit.firstTime : undefined,
    when(text('code'), (code) => signInTrouble(code, language).title),
    when(text('username'), (username) => audit.signedInAs({ username })),
    when(NAMING.has(action) ? undefined : text('name'), (name) => audit.newName({ name })),
    when(text('email'), (email) => audit.newEmail({ email })),
    detail['email'] === '' ? audit.noEmail : undefined,
    when(roleOf(detail['role']), (role) => audit.role({ role: texts.roles[role] })),
    when(text('login_hint'), (hint) => audit.hint({ hint })),
    detail['paused'] === true ? texts.states.paused : undefined,
    detail['paused'] === false ? texts.history.resumed : undefined,
    when(list('fields'), (fields) => audit.changed({ fields: fields.map((one) => fieldName(one, texts)).join(', ') })),
    detail['accounts'] === null ? texts.keys.allAccounts : undefined,
    when(list('accounts'), ({ length }) => texts.keys.accountCount({ count: length })),
    when(list('scopes'), (scopes) => `${texts.keys.onlyScopes}: ${scopes.join(' ')}`),
    when(text('note'), (note) => audit.note({ note })),
    detail['right'] === true ? texts.links.confirmRight : undefined,
    detail['right'] === false ? texts.links.confirmWrong : undefined,
    detail['by'] === 'connect link' ? audit.byLink : undefined,
    when(typeof detail['days'] === 'number' ? detail['days'] : undefined, (count) => audit.daysLeft({ count })),
    when(namesIn(detail['keys_ended']), (names) => audit.keysEnded({ names: names.join(', ') })),
    when(countIn(detail['accounts_left']), (count) => audit.accountsLeft({ count })),
    when(namesIn(detail['owners']), (names) => audit.ofOwners({ names: names.join(', ') })),
    when(wantedIn(entry, names, texts), (what) => audit.wantedFor({ what })),
    when(text('reason'), (reason) => audit.reason({ reason })),
  ]
  return said.filter((one) => one !== undefined)
}

const when = <T>(value: T | undefined, say: (value: T) => string): string | undefined =>
  value === undefined ? undefined : say(value)

/** For what somebody had to prove who they are, and what it would have been done to. */
function wantedIn({ detail = {}, subject = '' }: AuditEntry, names: Names, { audit }: Texts): string | undefined {
  const words: Readonly<Record<string, string>> = audit.wanted
  const what = typeof detail['for'] === 'string' ? words[detail['for']] : undefined
  const name = names.get(subject)?.name
  return what === undefined || name === undefined ? what : `${what} (${name})`
}

/** What people or things were called then. */
function namesIn(list: unknown): string[] | undefined {
  if (!Array.isArray(list)) return undefined
  return list.flatMap((one: { readonly name?: unknown }) => (typeof one.name === 'string' ? [one.name] : []))
}

const countIn = (value: unknown): number | undefined => (typeof value === 'number' && value > 0 ? value : undefined)

const roleOf = (value: unknown): 'admin' | 'member' | undefined =>
  value === 'admin' || value === 'member' ? value : undefined

/** The settings of a connection, as its form calls them. */
function fieldName(field: string, { connections: words, webhooks }: Texts): string {
  const known: Readonly<Record<string, string>> = {
    name: words.name,
    client_id: words.clientId,
    client_secret: words.clientSecret,
    former_secret: words.formerSecret,
    secret_expires_at: words.secretExpiry,
    client_auth: words.clientAuth,
    parameters: words.parametersTitle,
    scope: words.scopeRaw,
    issuer: words.issuer,
    authorization_endpoint: words.authorizationEndpoint,
    token_endpoint: words.tokenEndpoint,
    sign_in: words.signInTitle,
    url: webhooks.url,
    description: webhooks.description,
    events: webhooks.reach,
    enabled: webhooks.on,
  }
  return known[field] ?? field
}
