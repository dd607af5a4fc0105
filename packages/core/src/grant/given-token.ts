import { epoch, number } from '../answer/lifetime.ts'
import { OAuthError } from '../errors.ts'
import { sendable } from '../http/sendable.ts'
import { type AccessToken, accessToken } from './access-token.ts'

/**
 * A token that a program gave or kept, in the form that is used here. Points in time may be epoch seconds, milliseconds
 * or dates; a token that has only `expires_in` lives from `obtained_at` on, else from now on, as if it had just come.
 *
 * Throws `INVALID_ARGUMENT`, which names the field and never shows the token, for what cannot be read. `what`: for the
 * message.
 */
export function givenToken(given: AccessToken | string, now: number, what: string): AccessToken {
  if (typeof given === 'string') return accessToken({ access_token: sendable(given), token_type: 'Bearer', raw: {} })
  const fields: Readonly<Record<string, unknown>> = Object(given)
  const { access_token } = given
  if (typeof access_token !== 'string' || access_token === '')
    throw invalid(`${what} is no token: a text, or an object with access_token, is expected.`)
  sendable(access_token)
  const ends = fields['expires_at'] ?? endOf(fields, now, what)
  const times = { expires_at: ends, refresh_at: fields['refresh_at'], refresh_expires_at: fields['refresh_expires_at'] }
  const changed: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(times)) {
    const seconds = value == null ? undefined : readTime(value, name, what)
    if (seconds !== fields[name]) changed[name] = seconds
  }
  if (typeof fields['token_type'] !== 'string') changed['token_type'] = 'Bearer'
  if (typeof fields['raw'] !== 'object' || fields['raw'] === null) changed['raw'] = {}
  // Who gave a token that needs nothing gets the same one back.
  if (Object.keys(changed).length === 0) return given
  const whole = Object.entries({ ...given, ...changed }).filter(([, value]) => value !== undefined)
  return accessToken(Object.fromEntries(whole) as unknown as AccessToken)
}

function endOf(fields: Readonly<Record<string, unknown>>, now: number, what: string): number | undefined {
  const { expires_in, obtained_at } = fields
  if (expires_in == null) return undefined
  const seconds = number(expires_in)
  if (seconds === undefined) throw invalid(`${what} has an expires_in that is no number of seconds.`)
  return (obtained_at == null ? now : readTime(obtained_at, 'obtained_at', what)) + seconds
}

function readTime(value: unknown, name: string, what: string): number {
  const seconds = epoch(value)
  if (seconds !== undefined) return seconds
  throw invalid(`${what} has a field ${name} that is no point in time: epoch seconds or an ISO date are expected.`)
}

function invalid(message: string): OAuthError {
  return new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
}
