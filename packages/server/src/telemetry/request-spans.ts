import { type Context, context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { App } from '../routes/app-type.ts'
import type { ServerTelemetry } from './server-telemetry.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Only while somebody collects traces. */
    traced: { readonly span: Span; readonly within: Context } | undefined
  }
}

/** They are asked every few seconds, by machines. */
const UNTOLD = new Set(['/healthz', '/readyz', '/metrics'])

/**
 * A span and a duration for every request, after OpenTelemetry's conventions for HTTP. The address is told as its pattern:
 * the address itself has ids in it, and that of a callback a code.
 */
export function requestSpans(app: App, { tracer, meter }: ServerTelemetry, monotonic: () => number): void {
  const durations = meter.createHistogram('http.server.request.duration', {
    description: 'How long requests took.',
    unit: 's',
    advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15] },
  })
  app.decorateRequest('traced', undefined)
  app.addHook('onRequest', (request, reply, done) => {
    const { url: route = 'none' } = request.routeOptions
    if (UNTOLD.has(route)) return done()
    const began = monotonic()
    const attributes = { 'http.request.method': request.method, 'http.route': route }
    const parent = propagation.extract(context.active(), request.headers)
    const span = tracer.startSpan(`${request.method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent)
    const within = trace.setSpan(parent, span)
    request.traced = { span, within }
    // Also when whoever asked has gone before the answer.
    reply.raw.once('close', () => {
      const status = reply.raw.statusCode
      const failed = status >= 500 ? { 'error.type': `${status}` } : {}
      span.setAttributes({ 'http.response.status_code': status, 'evergrant.request': request.id, ...failed })
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
      durations.record(monotonic() - began, { ...attributes, 'http.response.status_code': status, ...failed })
    })
    context.with(within, done)
  })
  // The body came in the context of its socket.
  app.addHook('preValidation', (request, _, done) => {
    if (request.traced === undefined) done()
    else context.with(request.traced.within, done)
  })
}
