import { needsNewToken } from '../http/bearer.ts'
import type { Tokens } from './tokens.ts'

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

/** Attaches the token, and replays a request once with a newer token after a 401 that says the token is invalid. */
export function openapiFetchMiddleware(source: Tokens): OpenapiFetchMiddleware {
  const sent = new Map<string, { readonly spare: Request; readonly token: string }>()
  return {
    async onRequest({ id, request }) {
      const { access_token } = await source.token({ signal: request.signal })
      request.headers.set('authorization', `Bearer ${access_token}`)
      sent.set(id, { spare: request.body === null ? request : request.clone(), token: access_token })
      return request
    },
    async onResponse({ id, response, options }) {
      const before = sent.get(id)
      sent.delete(id)
      if (before === undefined || !needsNewToken(response.status, response.headers.get('www-authenticate'))) return
      const newer = await source.token({ rejected: before.token, signal: before.spare.signal })
      await response.body?.cancel()
      const again = new Request(before.spare)
      again.headers.set('authorization', `Bearer ${newer.access_token}`)
      return options.fetch(again)
    },
    onError({ id }) {
      sent.delete(id)
    },
  }
}
