import { readAnswer } from '../answer/answer-body.ts'
import { text } from '../answer/refusal.ts'
import { systemClock } from '../clock.ts'
import { OAuthError } from '../errors.ts'
import { scrub } from '../redacted.ts'
import type { FetchMiddleware } from './middleware.ts'

/**
 * Turns an API's answers of 400 and above into errors with code `HTTP_ERROR`: status, the API's own words, secrets
 * removed, and `Retry-After`. Leave the step out to get such responses returned. Put it outermost, so that retries
 * and the replay after a 401 come first.
 */
export const raiseOnHttpError: FetchMiddleware = async (request, next) => {
  const response = await next(request)
  if (response.status < 400) return response
  const body = await readAnswer(response, 1_048_576, systemClock.now())
  const { fields, retryAfter, html } = body
  const nested = fields?.['error']
  const inner = typeof nested === 'object' && nested !== null ? (nested as Record<string, unknown>) : undefined
  const error = text(nested) ?? text(inner?.['code'])
  const said =
    text(inner?.['message']) ??
    text(fields?.['error_description']) ??
    text(fields?.['message']) ??
    text(fields?.['detail'])
  const description = said === undefined ? undefined : scrub(said).slice(0, 600)
  const excerpt = html || body.text === '' ? undefined : scrub(body.text).slice(0, 300)
  const { origin, pathname } = new URL(request.url)
  const words = description ?? error ?? (html ? 'a web page' : (excerpt ?? 'no words'))
  throw new OAuthError(
    'HTTP_ERROR',
    `${request.method} ${origin}${pathname} was answered ${response.status}: ${words}`,
    {
      status: response.status,
      error,
      error_description: description,
      excerpt,
      retryAfter,
    },
  )
}
