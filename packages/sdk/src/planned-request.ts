/**
 * What openapi-fetch makes instead of a `Request` where nobody looks at it: address and settings as they are, for `fetch`
 * to make the one request of the call. A second one, and copies of it, cost more than all else that a call with a token does.
 */
export class PlannedRequest {
  readonly url: string
  readonly init: RequestInit
  readonly method: string

  constructor(url: string, init: RequestInit = {}) {
    this.url = url
    this.init = init
    this.method = init.method ?? 'GET'
  }
}

/** A `fetch` for openapi-fetch, which hands over a planned request or a real one. */
export function plannedFetch(
  send: (input: string | URL | Request, init?: RequestInit) => Promise<Response>,
): typeof fetch {
  return (input: unknown) => (input instanceof PlannedRequest ? send(input.url, input.init) : send(input as Request))
}
