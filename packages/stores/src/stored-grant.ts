import { type Grant, grant, OAuthError } from '@evergrant/core'

/**
 * The grant in a parsed record. `where` names the place for people; what the record holds is never repeated in words,
 * as it may be a token. Unknown fields are kept, so that an older program does not drop what a newer one wrote.
 */
export function storedGrant(value: unknown, id: string, where: string): Grant {
  const wrong = mistake(value, id)
  if (wrong === undefined) return grant(value as Grant)
  throw new OAuthError('STORE_CORRUPT', `The record of grant ${JSON.stringify(id)} in ${where} ${wrong}.`, {
    grant: id,
  })
}

const STATES: readonly unknown[] = ['active', 'failing', 'revoked']

function mistake(value: unknown, id: string): string | undefined {
  if (!isObject(value)) return 'is not an object'
  const { access, standing } = value
  if (value['id'] !== id) return 'carries another id'
  for (const name of ['provider', 'client']) if (typeof value[name] !== 'string') return `has no ${name}`
  for (const name of ['refresh_token', 'sealed', 'requested_scope', 'granted_scope'])
    if (value[name] !== undefined && typeof value[name] !== 'string') return `has a ${name} that is not text`
  if (!Number.isSafeInteger(value['version']) || Number(value['version']) < 1) return 'has no version'
  if (typeof value['updated_at'] !== 'number') return 'has no updated_at'
  if (!isObject(standing) || !STATES.includes(standing['state'])) return 'has no standing'
  if (!isObject(access)) return 'has no access tokens, not even an empty list'
  const broken = Object.values(access).some((token) => !isObject(token) || typeof token['access_token'] !== 'string')
  return broken ? 'has an access token that is not readable' : undefined
}

/** Whether a parsed JSON value is an object, and not a list or null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
