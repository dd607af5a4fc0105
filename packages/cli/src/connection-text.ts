import type { Connection } from '@evergrant/server/contract'
import { distance, facts, iso, table } from './grant-text.ts'

/** Connections as aligned columns. */
export function connectionTable(connections: readonly Connection[], now: number): string {
  const rows = connections.map(({ id, name, provider, accounts, secret_expires_at, last_error }) => [
    id,
    name,
    provider,
    accountsText(accounts),
    secret_expires_at === undefined ? '–' : distance(secret_expires_at, now),
    last_error ?? '–',
  ])
  return table([['ID', 'NAME', 'PROVIDER', 'ACCOUNTS OK', 'SECRET ENDS', 'TROUBLE'], ...rows])
}

/** One connection, a fact on each line. */
export function connectionText(of: Connection, now: number): string {
  const when = (time: number): string => `${iso(time)} (${distance(time, now)})`
  const { former_secret: former } = of
  return facts([
    ['id', of.id],
    ['name', of.name],
    ['provider', `${of.provider} (${of.provider_name})`],
    ['client id', of.client_id],
    ['proved by', of.client_auth],
    ['secret', secretText(of)],
    ['secret ends', of.secret_expires_at === undefined ? undefined : when(of.secret_expires_at)],
    ['former secret', former && (former.used_since === undefined ? 'kept' : `used since ${when(former.used_since)}`)],
    ['former ends', former?.ends_at === undefined ? undefined : when(former.ends_at)],
    ['parameters', listed(of.parameters)],
    ['scope', of.scope || undefined],
    ['issuer', of.issuer],
    ['consent at', of.authorization_endpoint],
    ['tokens at', of.token_endpoint],
    ['redirect URI', of.redirect_uri],
    ['sign-in', of.sign_in && 'people may sign in with it'],
    ['accounts ok', accountsText(of.accounts)],
    ['trouble', of.last_error],
    ['changed', iso(of.updated_at)],
  ])
}

const accountsText = (of: Connection['accounts']): string => `${of?.ok ?? 0} of ${of?.total ?? 0}`

function secretText({ has_secret, secret_hint, secret_set_at }: Connection): string {
  if (!has_secret) return 'none'
  const hint = secret_hint === undefined ? 'set' : `ends in ${secret_hint}`
  return secret_set_at === undefined ? hint : `${hint}, since ${iso(secret_set_at)}`
}

function listed(values: Readonly<Record<string, string>>): string | undefined {
  const all = Object.entries(values)
  return all.length === 0 ? undefined : all.map(([name, value]) => `${name}=${value}`).join(' ')
}
