import { isOAuthError, OAuthError } from '../errors.ts'
import { isSendable } from '../http/sendable.ts'
import { abilities } from '../provider/abilities.ts'
import type { AnswerBody } from './answer-body.ts'
import { lifetime } from './lifetime.ts'
import { type Answerer, refusal, text } from './refusal.ts'
import type { AnswerHabits } from './standard-fields.ts'

/** A token answer in the shape of RFC 6749 §5.1, whatever shape it came in. */
export interface TokenAnswer {
  readonly access_token: string
  readonly token_type: string
  /** Seconds from the moment the request was sent. */
  readonly expires_in?: number
  /** Seconds after which the provider would like a refresh. */
  readonly refresh_in?: number
  readonly refresh_token?: string
  /** Seconds that the refresh token lives. */
  readonly refresh_expires_in?: number
  /** Space separated; absent when the provider did not say. */
  readonly scope?: string
  readonly id_token?: string
  /** Who consented, from a verified id_token. */
  readonly subject?: { readonly iss: string; readonly sub: string; readonly username?: string }
  /** The private key that the token is bound to (RFC 9449); not from the provider. */
  readonly dpop_key?: JsonWebKey
  /** What the provider's definition says is to be kept with the grant. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Another token that came with this one, and the name its grant gets. */
  readonly second?: { readonly name: string; readonly answer: TokenAnswer }
  /** Everything else the provider said. */
  readonly raw: Readonly<Record<string, unknown>>
  /** What a function of the program threw after this answer had come: thrown on when the tokens are recorded. */
  readonly thrown?: unknown
}

/**
 * An answer that nobody may use, with what has to be kept of it: the refresh token that it brought exists nowhere else,
 * and the one that was spent for it is worth nothing any more.
 */
export interface SpoiltAnswer {
  /** Why nobody may use it. With `WRONG_ACCOUNT` the grant is set aside until a person consents again. */
  readonly spoilt: OAuthError
  readonly refresh_token?: string
  readonly dpop_key?: JsonWebKey
}

/** What is kept of an answer that `tokenAnswer` refused, if it was a success that brought another refresh token. */
export function salvaged(body: AnswerBody, refused: unknown, spent: string | undefined): SpoiltAnswer | undefined {
  const refresh_token = text(body.fields?.['refresh_token'])
  const success = body.status >= 200 && body.status <= 299
  if (!success || !isOAuthError(refused) || refresh_token === undefined || refresh_token === spent) return undefined
  return { spoilt: refused, refresh_token }
}

/**
 * Reads a token answer, accepting what providers in the field send: 201, urlencoded bodies, numbers as strings,
 * `expires`, dates, null for absent, scope as a list, and what the provider's definition says about its answers.
 * Anything that carries no access token becomes a typed error. `step`: the grant type that was asked with.
 */
export function tokenAnswer(
  given: AnswerBody,
  now: number,
  provider: Answerer & AnswerHabits,
  step?: string,
): TokenAnswer {
  const own = provider[abilities]
  const body = own?.standardAnswer(given, provider) ?? given
  const { fields } = body
  const access_token = text(fields?.['access_token'])
  const failed = body.status < 200 || body.status > 299 || fields === undefined
  if (failed || access_token === undefined || text(fields['error']) !== undefined || fields['ok'] === false)
    throw refusal(body, provider, step)
  if (!isSendable(access_token)) throw unsendable(provider, body.status)
  const { access_token: _, refresh_token, id_token, token_type, scope, ...rest } = fields
  const rules = provider.token_answer
  const refresh = text(refresh_token)
  const identity = text(id_token)
  const granted = scopeText(scope, rules?.scope_separator)
  const milliseconds = rules?.time_unit === 'milliseconds'
  const expires_in = lifetime(fields, now, milliseconds)
  const refresh_expires_in = lifetime(refreshTimes(fields), now, milliseconds)
  const refresh_in = positive(fields['refresh_in'])
  const answer: { -readonly [Field in keyof TokenAnswer]: TokenAnswer[Field] } = {
    access_token,
    token_type: text(token_type) ?? 'Bearer',
    raw: rest,
  }
  if (expires_in !== undefined) answer.expires_in = expires_in
  if (refresh_in !== undefined) answer.refresh_in = refresh_in
  if (refresh !== undefined) answer.refresh_token = refresh
  if (refresh_expires_in !== undefined) answer.refresh_expires_in = refresh_expires_in
  if (granted !== undefined) answer.scope = granted
  if (identity !== undefined) answer.id_token = identity
  if (body.thrown !== undefined) answer.thrown = body.thrown
  return rules === undefined || own === undefined ? answer : own.wholeAnswer(answer, rules, given, now, provider)
}

function unsendable({ id, name }: Answerer, status: number): OAuthError {
  const message = `${name} answered ${status} with an access token that holds a line break or another character that no token has.`
  return new OAuthError('INVALID_ANSWER', message, { provider: id, status, outcome: 'unknown' })
}

function refreshTimes(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    expires_in: fields['refresh_expires_in'] ?? fields['refresh_token_expires_in'],
    expires_at: fields['refresh_expires_at'],
  }
}

/** RFC 6749 §3.3 says space separated; the field also knows commas and lists. */
function scopeText(value: unknown, separator: string | undefined): string | undefined {
  if (Array.isArray(value)) return value.filter((one) => typeof one === 'string').join(' ') || undefined
  const plain = text(value)
  if (plain === undefined || separator === ' ') return plain
  return separator === undefined && plain.includes(' ') ? plain : plain.replaceAll(separator ?? ',', ' ')
}

function positive(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? number : undefined
}
