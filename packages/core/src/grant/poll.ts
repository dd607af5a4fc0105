import type { AnswerBody } from '../answer/answer-body.ts'
import { type TokenAnswer, tokenAnswer } from '../answer/token-answer.ts'
import type { Client } from '../client/client.ts'
import { detachable } from '../detachable.ts'
import { isOAuthError, OAuthError } from '../errors.ts'

/** What a waiting program learns after each request, for showing progress. */
export interface PollProgress {
  /** Requests made so far. */
  readonly attempts: number
  /** Seconds until the next request. */
  readonly interval: number
  /** Seconds until the person's time is over. */
  readonly remaining: number
  /** Why the provider could not be asked, when that is why it goes on. */
  readonly trouble?: OAuthError
}

/** What one wait is about. */
export interface Poll {
  readonly interval: number
  readonly expires_at: number
  readonly grant: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: PollProgress) => void) | undefined
  /** One token request. */
  request(): Promise<AnswerBody>
}

/**
 * Asks for the tokens until the person has answered elsewhere (RFC 8628 §3.5). `slow_down` adds five seconds to the
 * interval for good; a provider that cannot be reached or has trouble is asked half as often each time, until the
 * person's time is over.
 */
export async function polled(client: Client, poll: Poll): Promise<{ answer: TokenAnswer; sent: number }> {
  const { clock } = client.http
  const about = { provider: client.provider.id, grant: poll.grant }
  let { interval } = poll
  let pause = interval
  for (let attempts = 1; ; attempts++) {
    await waited(clock.sleep(Math.max(0, pause), poll.signal), poll.signal, poll.grant)
    if (clock.now() >= poll.expires_at) throw expired(client, poll.grant)
    const sent = clock.now()
    let trouble: OAuthError | undefined
    try {
      // Detached: a caller that gives up waits for no answer, and what came of the last request is forgotten.
      return { answer: tokenAnswer(await detachable(poll.request(), poll.signal), sent, client.provider), sent }
    } catch (error) {
      if (!isOAuthError(error)) throw error
      if (error.error === 'slow_down') {
        interval += 5
        pause = Math.max(interval, error.retryAfter ?? 0)
      } else if (error.error === 'authorization_pending') pause = interval
      else if (error.class === 'transient' && error.code !== 'CREDENTIAL_UNAVAILABLE') {
        // RFC 8628 §3.5: on a time-out, the frequency is reduced before the next attempt.
        pause = Math.max(Math.min(60, pause * 2), interval, error.retryAfter ?? 0)
        trouble = error
      } else throw ending(client, error, about)
    }
    const remaining = Math.max(0, poll.expires_at - clock.now())
    poll.onProgress?.({ attempts, interval: pause, remaining, ...(trouble === undefined ? {} : { trouble }) })
  }
}

async function waited(sleep: Promise<void>, signal: AbortSignal | undefined, grant: string): Promise<void> {
  try {
    await sleep
  } catch (cause) {
    if (signal?.aborted) throw new OAuthError('ABORTED', 'The caller gave up waiting for the person.', { cause, grant })
    throw cause
  }
}

function ending(client: Client, error: OAuthError, about: { provider: string; grant: string }): OAuthError {
  const { name } = client.provider
  if (error.error === 'expired_token') return expired(client, about.grant, error)
  const why = error.error_description === undefined ? '' : `: ${error.error_description}`
  if (error.error === 'access_denied')
    return new OAuthError('ACCESS_DENIED', `Consent was declined at ${name}${why}.`, {
      ...error,
      cause: error,
      ...about,
    })
  if (error.error === 'invalid_grant') {
    const message = `${name} does not know this authorization any more${why}. Its answer may have been lost on the way.`
    return new OAuthError('CODE_REFUSED', message, { ...error, cause: error, ...about })
  }
  return error.forGrant(about.grant)
}

function expired(client: Client, grant: string, cause?: OAuthError): OAuthError {
  const message = `Nobody consented at ${client.provider.name} in time.`
  const said = cause === undefined ? {} : { error: cause.error, status: cause.status, cause }
  return new OAuthError('AUTHORIZATION_EXPIRED', message, { provider: client.provider.id, grant, ...said })
}
