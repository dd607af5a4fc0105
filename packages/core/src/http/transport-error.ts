import { counted } from '../counted.ts'
import { isOAuthError, OAuthError, type Outcome } from '../errors.ts'
import { scrub } from '../redacted.ts'
import { isNetworkFailure } from './network-failure.ts'

/** Connection failures that happen before a byte of the request leaves. */
const NOT_SENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_|ERR_TLS_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/

/** What fetch threw, as a typed error when it tells of the network; a mistake in the program stays what it is. */
export function transportError(
  error: unknown,
  provider: string,
  name: string,
  deadline: number,
  secrets: Iterable<string> = [],
): unknown {
  if (isOAuthError(error)) return error
  if (error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
    const message = `${name} did not answer within ${counted(deadline, 'second')}.`
    return new OAuthError('PROVIDER_TIMEOUT', message, { provider, cause: harmless(error, []), outcome: 'unknown' })
  }
  if (!isNetworkFailure(error)) return error
  const code = failureCode(error)
  const outcome: Outcome = code !== undefined && NOT_SENT.test(code) ? 'not_sent' : 'unknown'
  const words = scrub(rootMessage(error), secrets)
  return new OAuthError('PROVIDER_UNREACHABLE', `${name} could not be reached: ${words}`, {
    provider,
    cause: harmless(error, [...secrets]),
    outcome,
  })
}

/**
 * The chain of causes by name, code and words. What else a fetch hangs on its errors, such as the request with its
 * credentials, stays behind.
 */
function harmless(error: unknown, secrets: readonly string[], depth = 0): unknown {
  if (!(error instanceof Error)) return scrub(String(error), secrets)
  const message = scrub(error.message, secrets)
  const cause = error.cause === undefined || depth > 4 ? undefined : harmless(error.cause, secrets, depth + 1)
  const copy = new Error(message, cause === undefined ? undefined : { cause })
  copy.stack = [`${error.name}: ${message}`, ...frames(error)].join('\n')
  const { code } = error as { code?: unknown }
  return Object.assign(
    Object.defineProperty(copy, 'name', { value: error.name }),
    typeof code === 'string' ? { code } : {},
  )
}

function frames(error: Error): string[] {
  return (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
}

/** The system's code of a failed fetch, which hides it one or two causes deep. */
function failureCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string') return at.code
    if (at instanceof AggregateError && at.errors[0] instanceof Error) return failureCode(at.errors[0])
  }
  return undefined
}

function rootMessage(error: unknown): string {
  let at = error
  while (at instanceof Error && at.cause instanceof Error) at = at.cause
  if (at instanceof AggregateError && at.errors[0] instanceof Error) at = at.errors[0]
  return at instanceof Error ? at.message || at.name : String(at)
}
