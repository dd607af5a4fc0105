import type { Invocation } from './invocation.ts'
import { slow } from './slow.ts'

/**
 * `fetch` that tells `--verbose` what is asked of whom: method, address without its query, status and time; and, when
 * an answer takes long, a person at the terminal whom it waits for. It does not stop with the program: a refresh token that was sent may be spent, and its answer has to be recorded.
 */
export function observed(
  invocation: Pick<Invocation, 'terminal' | 'clock'>,
  inner: typeof fetch = fetch,
): typeof fetch {
  const { terminal } = invocation
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input))
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
    const started = performance.now()
    const line = (outcome: string): void => {
      const took = Math.round(performance.now() - started)
      terminal.detail(`${method} ${url.origin}${url.pathname} → ${outcome} (${took} ms)`)
    }
    try {
      const response = await slow(`${url.host} to answer`, invocation, () => inner(input, init))
      line(String(response.status))
      return response
    } catch (error) {
      line(error instanceof Error ? error.name : 'failed')
      throw error
    }
  }
}
