import { type Fields, isFields, moment, scopes, seconds, text } from './fields.ts'
import { type ForeignGrant, foreignGrant } from './foreign-grant.ts'

/** A token answer with its end as epoch seconds beside it: python-o365 before 2.1, requests-oauthlib, Authlib. */
export function isDatedAnswer(value: Fields): boolean {
  return seconds(value['expires_at']) !== undefined && hasToken(value)
}

/** A token answer with its end as a date: simple-oauth2, goth, golang.org/x/oauth2 (`expiry`). */
export function isWordyAnswer(value: Fields): boolean {
  return (moment(value['expires_at']) ?? moment(value['expiry'])) !== undefined && hasToken(value)
}

/** A token answer as the provider gave it. When it was given is not in it, so its access token is left behind. */
export function isBareAnswer(value: Fields): boolean {
  return hasToken(value)
}

export function fromTokenAnswer(value: Fields): ForeignGrant[] {
  const expires_at = seconds(value['expires_at']) ?? moment(value['expires_at']) ?? moment(value['expiry'])
  const found = foreignGrant({
    client: clientOf(value),
    refresh_token: text(value['refresh_token']),
    scope: scopes(value['scope']),
    access_token: text(value['access_token']),
    token_type: text(value['token_type']),
    expires_at,
    id_token: text(value['id_token']),
  })
  return found === undefined ? [] : [found]
}

/** `Credentials.to_json()` of google-auth, gcloud's application default credentials, and google-auth-library's tokens. */
export function isGoogleAuth(value: Fields): boolean {
  if (value['type'] === 'authorized_user') return text(value['refresh_token']) !== undefined
  if (text(value['token_uri']) !== undefined) return text(value['refresh_token'] ?? value['token']) !== undefined
  return seconds(value['expiry_date']) !== undefined && hasToken(value)
}

export function fromGoogleAuth(value: Fields): ForeignGrant[] {
  const milliseconds = seconds(value['expiry_date'])
  const found = foreignGrant({
    username: text(value['account']),
    client: clientOf(value),
    refresh_token: text(value['refresh_token']),
    scope: scopes(value['scopes'] ?? value['scope']),
    access_token: text(value['token'] ?? value['access_token']),
    token_type: text(value['token_type']),
    // In UTC, though it does not say so.
    expires_at: milliseconds === undefined ? moment(value['expiry']) : Math.floor(milliseconds / 1000),
    id_token: text(value['id_token']),
  })
  return found === undefined ? [] : [found]
}

/** The token file of mutt_oauth2.py, decrypted. */
export function isMuttOauth2(value: Fields): boolean {
  return text(value['registration']) !== undefined && 'authflow' in value
}

export function fromMuttOauth2(value: Fields): ForeignGrant[] {
  const found = foreignGrant({
    username: text(value['email']),
    client: { ...clientOf(value), provider: text(value['registration']) },
    refresh_token: text(value['refresh_token']),
    access_token: text(value['access_token']),
    // Written by datetime.now(): the time of that machine.
    expires_at: moment(value['access_token_expiration'], 'local'),
  })
  return found === undefined ? [] : [found]
}

/** The record that oama keeps of an address, decrypted or out of the keyring. */
export function isOama(value: Fields): boolean {
  return 'exp_date' in value && hasToken(value)
}

export function fromOama(value: Fields): ForeignGrant[] {
  const found = foreignGrant({
    username: text(value['email']),
    client: { provider: text(value['service']) },
    refresh_token: text(value['refresh_token']),
    scope: scopes(value['scope']),
    access_token: text(value['access_token']),
    token_type: text(value['token_type']),
    expires_at: moment(value['exp_date']),
  })
  return found === undefined ? [] : [found]
}

function clientOf(value: Fields) {
  const registration = isFields(value['client']) ? value['client'] : value
  return {
    client_id: text(registration['client_id']),
    client_secret: text(registration['client_secret']),
    token_endpoint: text(value['token_uri']),
  }
}

function hasToken(value: Fields): boolean {
  return text(value['access_token']) !== undefined || text(value['refresh_token']) !== undefined
}
