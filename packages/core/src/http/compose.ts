import type { FetchMiddleware } from './middleware.ts'

/**
 * `fetch` with steps around it. The first step is the outermost: it sees the request first and the response last.
 * `send` makes the request in the end; the global `fetch` when left out. A step that sends a request more than once
 * clones it before, because a body is read once.
 *
 * The result goes wherever a `fetch` goes: into {@link Http.fetch} for token requests, or into an API client.
 *
 * @example
 * ```ts
 * import { bearerMiddleware, compose, minimumDelay, retry, type TokenSource } from '@evergrant/core'
 *
 * function api(source: TokenSource): typeof fetch {
 *   return compose([retry(), minimumDelay(), bearerMiddleware(source)])
 * }
 * ```
 */
export function compose(steps: readonly (FetchMiddleware | undefined)[], send?: typeof fetch): typeof fetch {
  const last = (request: Request): Promise<Response> => (send ?? fetch)(request)
  const chain = steps.reduceRight<(request: Request) => Promise<Response>>(
    (next, step) => (step === undefined ? next : (request) => step(request, next)),
    last,
  )
  return async (input, init) => chain(new Request(input, init))
}
