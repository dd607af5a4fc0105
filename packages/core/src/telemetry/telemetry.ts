import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import { isOAuthError } from '../errors.ts'
import type { GrantListener } from '../events.ts'
import type { TokenSource } from '../grant/token-source.ts'
import { bearerFetch, bearerMiddleware } from '../http/bearer.ts'
import type { FetchMiddleware } from '../http/middleware.ts'

/** Attribute values of spans and metrics; ids, names and numbers, never a secret. */
export type Attributes = Record<string, string | number | boolean>

/** What is used of an OpenTelemetry span. */
export interface SpanLike {
  setAttributes(attributes: Attributes): unknown
  setStatus(status: { code: 2; message?: string }): unknown
  end(endTime?: number): void
}

/** What is used of an OpenTelemetry tracer: `trace.getTracer('…')` of `@opentelemetry/api` is one. */
export interface TracerLike {
  startSpan(name: string, options?: { kind?: 2; attributes?: Attributes; startTime?: number }): SpanLike
}

/** What is used of an OpenTelemetry meter: `metrics.getMeter('…')` of `@opentelemetry/api` is one. */
export interface MeterLike {
  createCounter(name: string, options?: MetricLike): { add(value: number, attributes?: Attributes): void }
  createHistogram(name: string, options?: MetricLike): { record(value: number, attributes?: Attributes): void }
}

interface MetricLike {
  description?: string
  unit?: string
}

/** Where spans and metrics go. Either may be left out. */
export interface TelemetryOptions {
  readonly tracer?: TracerLike | undefined
  readonly meter?: MeterLike | undefined
  readonly clock?: Clock | undefined
}

/** Makes spans and metrics. Attach the parts that are wanted. */
export interface Telemetry {
  /** For {@link EngineOptions.onEvent}: a span `evergrant.refresh` and its metrics for every refresh, also in the background. */
  readonly onEvent: GrantListener
  /** The same source, with a span `evergrant.acquire` and its metrics around every token that is asked for. */
  traced(source: TokenSource): TokenSource
  /** For {@link compose}: a client span for every request, with method, host and status. */
  readonly requests: FetchMiddleware
}

/** SpanStatusCode.ERROR and SpanKind.CLIENT of OpenTelemetry: its API package is not imported for two numbers. */
const ERROR = 2
const CLIENT = 2

/**
 * OpenTelemetry without a dependency on it: give it a tracer, a meter or both. Attributes are the grant's id, the
 * provider's id, the client id, error codes, hosts and durations. Nothing that a provider or a person said goes in.
 *
 * @example
 * ```ts
 * import { type Client, type GrantStore, telemetry, type TracerLike, tokenSource } from '@evergrant/core'
 *
 * function observed(client: Client, store: GrantStore, tracer: TracerLike) {
 *   const { onEvent, traced } = telemetry({ tracer })
 *   return traced(tokenSource('alice', { client, store, onEvent }))
 * }
 * ```
 */
export function telemetry({ tracer, meter, clock = systemClock }: TelemetryOptions): Telemetry {
  const seconds = { unit: 's' }
  const acquired = meter?.createHistogram('evergrant.acquire.duration', {
    ...seconds,
    description: 'Waits for a token.',
  })
  const refreshed = meter?.createHistogram('evergrant.refresh.duration', {
    ...seconds,
    description: 'Refreshes that worked.',
  })
  const events = meter?.createCounter('evergrant.grant.events', { description: 'What happened to grants, by type.' })

  const observed = async <T>(name: string, attributes: Attributes, work: (span?: SpanLike) => Promise<T>, kind?: 2) => {
    const span = tracer?.startSpan(name, { attributes, ...(kind === undefined ? {} : { kind }) })
    const started = clock.monotonic()
    let outcome = 'ok'
    try {
      return await work(span)
    } catch (error) {
      outcome = codeOf(error)
      span?.setAttributes({ 'error.type': outcome })
      span?.setStatus({ code: ERROR, message: outcome })
      throw error
    } finally {
      if (kind === undefined) acquired?.record(clock.monotonic() - started, { ...attributes, outcome })
      span?.end()
    }
  }

  return {
    onEvent(event) {
      const { id, provider, client } = event.grant
      const about = { 'evergrant.grant': id, 'evergrant.provider': provider, 'evergrant.client': client }
      const failed = 'error' in event ? { 'error.type': event.error.code } : undefined
      events?.add(1, { type: event.type, 'evergrant.provider': provider, ...failed })
      if (event.type === 'refreshed') refreshed?.record(event.seconds, { 'evergrant.provider': provider })
      if (event.type !== 'refreshed' && event.type !== 'refresh_failed' && event.type !== 'consent_required') return
      const end = clock.now() * 1000
      const startTime = event.type === 'refreshed' ? end - event.seconds * 1000 : end
      const span = tracer?.startSpan('evergrant.refresh', { attributes: { ...about, ...failed }, startTime })
      if (failed !== undefined) span?.setStatus({ code: ERROR, message: failed['error.type'] })
      span?.end(end)
    },
    traced(source) {
      const observing: TokenSource = {
        id: source.id,
        token: (want) => observed('evergrant.acquire', { 'evergrant.grant': source.id }, () => source.token(want)),
        peek: () => source.peek(),
        forget: () => source.forget(),
        sending: source.sending,
        get authorize() {
          return bearerMiddleware(observing)
        },
        get fetch() {
          return bearerFetch(observing)
        },
      }
      return observing
    },
    requests: (request, next) => {
      const { hostname } = new URL(request.url)
      const attributes = { 'http.request.method': request.method, 'server.address': hostname }
      const send = async (span?: SpanLike): Promise<Response> => {
        const response = await next(request)
        span?.setAttributes({ 'http.response.status_code': response.status })
        return response
      }
      return observed(request.method, attributes, send, CLIENT)
    },
  }
}

/** Codes and class names only: messages may carry what a provider said. */
function codeOf(error: unknown): string {
  return isOAuthError(error) ? error.code : error instanceof Error ? error.name : 'unknown'
}
