import type { Grant, GrantStore } from '@evergrant/core'
import { SpanStatusCode, type Tracer } from '@opentelemetry/api'
import { hashed } from '../security/secret.ts'

/** The same store, with a span for each write. A token is told by its hash alone. */
export function tracedStore(store: GrantStore, tracer: Tracer): GrantStore {
  const spanned = <T>(name: string, attributes: Record<string, string | number>, work: () => Promise<T>): Promise<T> =>
    tracer.startActiveSpan(name, { attributes }, async (span) => {
      try {
        const result = await work()
        if (isStored(result)) span.setAttribute('evergrant.stored', result.ok)
        return result
      } catch (error) {
        // Its message may have words of the database in it.
        const type = error instanceof Error ? error.name : 'unknown'
        span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR, message: type })
        throw error
      } finally {
        span.end()
      }
    })
  return {
    traits: store.traits,
    processes: store.processes,
    get: (id, options) => store.get(id, options),
    put: (next, expected, options) =>
      spanned('evergrant.store.put', about(next), () => store.put(next, expected, options)),
    delete: (id, options) =>
      spanned('evergrant.store.delete', { 'evergrant.grant': id }, () => store.delete(id, options)),
    list: (query, options) => store.list(query, options),
  }
}

function about({ id, provider, standing, access }: Grant): Record<string, string> {
  const token = access['']?.access_token
  return {
    'evergrant.grant': id,
    'evergrant.provider': provider,
    'evergrant.standing': standing.state,
    ...(token === undefined ? {} : { 'evergrant.generation': hashed(token) }),
  }
}

function isStored(result: unknown): result is { readonly ok: boolean } {
  return typeof result === 'object' && result !== null && 'ok' in result
}
