import { isOAuthError, type OAuthError } from '../errors.ts'
import type { AnswerBody } from './answer-body.ts'
import { lifetime } from './lifetime.ts'
import { type Answerer, refusal, text } from './refusal.ts'

/** A token answer in the shape of RFC 6749 §5.1, whatever shape it came in. */
export interface TokenAnswer {
  readonly access_token: string
  readonly token_type: string
  /** Seconds from the moment the request was sent. */
  readonly expires_in?: number
  /** Seconds after which the provider would like a refresh. */
  readonly refresh_in?: number
  readonly refresh_token?: string
  /** Space separated; absent when the provider did not say. */
  readonly scope?: string
  readonly id_token?: string
  /** Who consented, from a verified id_token. */
  readonly subject?: { readonly iss: string; readonly sub: string; readonly username?: string }
  /** The private key that the token is bound to (RFC 9449); not from the provider. */
  readonly dpop_key?: JsonWebKey
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
 * `expires`, dates, null for absent, scope as a list. Anything that carries no access token becomes a typed error.
 */
export function tokenAnswer(body: AnswerBody, now: number, provider: Answerer): TokenAnswer {
  const { fields } = body
  const access_token = text(fields?.['access_token'])
  const failed = body.status < 200 || body.status > 299 || fields === undefined
  if (failed || access_token === undefined || text(fields['error']) !== undefined || fields['ok'] === false)
    throw refusal(body, provider)
  const { access_token: _, refresh_token, id_token, token_type, scope, ...rest } = fields
  const refresh = text(refresh_token)
  const identity = text(id_token)
  const granted = scopeText(scope)
  const expires_in = lifetime(fields, now)
  const refresh_in = positive(fields['refresh_in'])
  return {
    access_token,
    token_type: text(token_type) ?? 'Bearer',
    ...(expires_in === undefined ? {} : { expires_in }),
    ...(refresh_in === undefined ? {} : { refresh_in }),
    ...(refresh === undefined ? {} : { refresh_token: refresh }),
    ...(granted === undefined ? {} : { scope: granted }),
    ...(identity === undefined ? {} : { id_token: identity }),
    raw: rest,
    ...(body.thrown === undefined ? {} : { thrown: body.thrown }),
  }
}

/** RFC 6749 §3.3 says space separated; the field also knows commas and lists. */
function scopeText(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.filter((one) => typeof one === 'string').join(' ') || undefined
  const plain = text(value)
  return plain === undefined ? undefined : plain.includes(' ') ? plain : plain.replaceAll(',', ' ')
}

function positive(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? number : undefined
}
