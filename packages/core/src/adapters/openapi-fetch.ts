import { type Attachment, attachment } from './attachment.ts'
import { setHeaders, type Tokens } from './tokens.ts'

interface Call {
  readonly id: string
  readonly request: Request
  readonly options: { readonly fetch: typeof fetch }
}

/** A middleware for `client.use(…)` of openapi-fetch. */
export interface OpenapiFetchMiddleware {
  onRequest(call: Call): Promise<Request>
  onResponse(call: Call & { readonly response: Response }): Promise<Response | undefined>
  onError(call: Pick<Call, 'id'>): void
}

/**
 * Attaches the token, with a proof of its key when it is bound to one, and replays a request once with a newer token
 * after a 401 that says the token is invalid.
 */
export function openapiFetchMiddleware(source: Tokens): OpenapiFetchMiddleware {
  const sent = new Map<string, { readonly spare: Request; readonly attached: Attachment }>()
  return {
    async onRequest({ id, request }) {
      const attached = await attachment(source, request.method, request.url, request.signal)
      setHeaders(request.headers, attached.headers)
      sent.set(id, { spare: request.body === null ? request : request.clone(), attached })
      return request
    },
    async onResponse({ id, response, options }) {
      const before = sent.get(id)
      sent.delete(id)
      if (before === undefined) return undefined
      const { spare } = before
      let answer = response
      for (let { attached } = before; ; ) {
        const again = await attached.answered(answer.status, answer.headers)
        if (again === undefined) return answer === response ? undefined : answer
        attached = again
        await answer.body?.cancel()
        const replay = spare.clone()
        setHeaders(replay.headers, again.headers)
        answer = await options.fetch(replay)
      }
    },
    onError({ id }) {
      sent.delete(id)
    },
  }
}
