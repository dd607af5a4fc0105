import { type GrantListener, type GrantStore, telemetry } from '@evergrant/core'
import { type Meter, metrics, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import type { StateCount } from '../accounts/state-counts.ts'
import type { Environment } from '../settings.ts'
import { isRegistered, isWanted, startSdk } from './sdk.ts'
import { tracedStore } from './traced-store.ts'

/** What the server tells OpenTelemetry: spans and metrics with ids, names, codes, times and hashes; never a secret. */
export interface ServerTelemetry {
  readonly tracer: Tracer
  readonly meter: Meter
  /** Refreshes, by span and by count. */
  readonly onEvent: GrantListener
  /** A span for every request to a provider. */
  fetch(send: typeof fetch): typeof fetch
  /** A span for every write. */
  store(store: GrantStore): GrantStore
  /** Accounts by state, whenever metrics are collected. */
  accounts(states: () => Promise<readonly StateCount[]>): void
  /** Sends what was collected. */
  close(): Promise<void>
}

/**
 * OpenTelemetry, when somebody collects: an SDK is registered already, or the environment names an endpoint, for which the SDK
 * is loaded. Undefined: nobody does, and nothing is measured for it.
 *
 * Throws `INVALID_SETTING` when an endpoint is named and the SDK is not installed.
 */
export async function serverTelemetry(env: Environment, version: string): Promise<ServerTelemetry | undefined> {
  const registered = isRegistered()
  if (!registered && !isWanted(env)) return undefined
  const sdk = registered ? undefined : await startSdk(env)
  const tracer = trace.getTracer('@evergrant/server', version)
  const meter = metrics.getMeter('@evergrant/server', version)
  const { onEvent } = telemetry({ tracer, meter })
  return {
    tracer,
    meter,
    onEvent,
    fetch: (send) => tracedFetch(send, tracer),
    store: (store) => tracedStore(store, tracer),
    accounts(states) {
      const gauge = meter.createObservableGauge('evergrant.accounts', { description: 'Accounts, by state.' })
      gauge.addCallback(async (result) => {
        const counts = new Map<string, number>()
        for (const { state, accounts } of await states()) counts.set(state, (counts.get(state) ?? 0) + accounts)
        for (const [state, accounts] of counts) result.observe(accounts, { state })
      })
    },
    close: async () => sdk?.shutdown(),
  }
}

/** Method, host and status: paths and queries may have secrets in them. No header tells the provider of our traces. */
function tracedFetch(send: typeof fetch, tracer: Tracer): typeof fetch {
  return (input, init) => {
    const { hostname } = new URL(input instanceof Request ? input.url : input)
    const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase()
    const attributes = { 'http.request.method': method, 'server.address': hostname }
    return tracer.startActiveSpan(method, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      try {
        const response = await send(input, init)
        span.setAttribute('http.response.status_code', response.status)
        if (response.status >= 400) span.setAttribute('error.type', `${response.status}`)
        return response
      } catch (error) {
        const type = error instanceof Error ? error.name : 'unknown'
        span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR, message: type })
        throw error
      } finally {
        span.end()
      }
    })
  }
}
