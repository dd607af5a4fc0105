import { type Fields, isFields, scopes, seconds, text } from './fields.ts'
import { type ForeignGrant, foreignGrant } from './foreign-grant.ts'

/** The tables of MSAL's unified cache schema, as MSAL Node, MSAL Python and python-o365 (from 2.1) write it. */
export function isMsalCache(value: Fields): boolean {
  return isFields(value['RefreshToken']) || (isFields(value['AccessToken']) && isFields(value['Account']))
}

/** A grant for each account and client. */
export function fromMsalCache(cache: Fields): ForeignGrant[] {
  const refreshTokens = entries(cache, 'RefreshToken')
  const held = new Set(refreshTokens.map(keyOf))
  // An account whose refresh token was not granted still has its access token.
  const lone = new Map(
    entries(cache, 'AccessToken')
      .filter((entry) => !held.has(keyOf(entry)))
      .map((entry) => [keyOf(entry), entry]),
  )
  return [...refreshTokens, ...lone.values()].flatMap((entry) => grantOf(cache, entry) ?? [])
}

function grantOf(cache: Fields, entry: Fields): ForeignGrant | undefined {
  const same = (other: Fields): boolean => keyOf(other) === keyOf(entry)
  const account = entries(cache, 'Account').find((other) => other['home_account_id'] === entry['home_account_id'])
  // The one with the most scopes is what the program asked for; narrower ones are got again when they are wanted.
  const access = entries(cache, 'AccessToken').filter(same).toSorted(byScopes)[0]
  const identity = entries(cache, 'IdToken').find(same)
  const realm = text(access?.['realm']) ?? text(identity?.['realm']) ?? text(account?.['realm'])
  const environment = text(entry['environment'])
  const found = foreignGrant({
    username: text(account?.['username']),
    client: {
      client_id: text(entry['client_id']),
      // The environment is a host, the realm a tenant of it.
      issuer: environment === undefined || realm === undefined ? undefined : `https://${environment}/${realm}/v2.0`,
    },
    refresh_token: entry['credential_type'] === 'AccessToken' ? undefined : text(entry['secret']),
    scope: scopes(access?.['target']) ?? scopes(entry['target']),
    access_token: text(access?.['secret']),
    token_type: text(access?.['token_type']),
    expires_at: seconds(access?.['expires_on']),
    id_token: text(identity?.['secret']),
  })
  if (found?.subject === undefined) return found
  // MSAL may file a host under another of its names; the id_token has the issuer itself.
  return { ...found, client: { ...found.client, issuer: found.subject.iss } }
}

function entries(cache: Fields, table: string): Fields[] {
  const found = cache[table]
  return isFields(found) ? Object.values(found).filter(isFields) : []
}

function keyOf({ home_account_id, environment, client_id }: Fields): string {
  return JSON.stringify([home_account_id, environment, client_id])
}

function byScopes(a: Fields, b: Fields): number {
  return count(b) - count(a)
}

function count(entry: Fields): number {
  return (scopes(entry['target']) ?? '').split(' ').length
}
