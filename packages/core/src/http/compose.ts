import type { FetchMiddleware } from './middleware.ts'

type Send = (request: Request) => Promise<Response>

/** Under this name a request carries who is to hear of its answer before the steps do: a step that throws may not lose it. */
export const onAnswer: unique symbol = Symbol.for('evergrant.onAnswer')

/** A `RequestInit` with a listener; what is no {@link compose} does not know it and calls nobody. */
export interface Told extends RequestInit {
  readonly [onAnswer]?: (response: Response) => void
}

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
  const around = (last: Send): Send =>
    steps.reduceRight<Send>((next, step) => (step === undefined ? next : (request) => step(request, next)), last)
  const chain = around((request) => (send ?? fetch)(request))
  return async (input, init) => {
    const request = new Request(input, init)
    const told = (init as Told | undefined)?.[onAnswer]
    if (told === undefined) return chain(request)
    const told_too: Told = { [onAnswer]: told }
    return around(async (last) => {
      const response = await (send ?? fetch)(last, told_too)
      told(response)
      return response
    })(request)
  }
}
