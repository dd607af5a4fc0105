import type { Client } from '../client/client.ts'
import { filledIn } from '../protocol/parameters.ts'
import type { FetchMiddleware } from './middleware.ts'

/**
 * Middleware that turns `Authorization: Bearer` into what the provider's APIs want instead, and adds the headers that
 * they need. Does nothing for providers that follow RFC 6750. Goes last, behind everything that adds or reads a token.
 */
export function apiMiddleware({ provider, client_id }: Pick<Client, 'provider' | 'client_id'>): FetchMiddleware {
  const { api } = provider
  if (api === undefined) return (request, next) => next(request)
  const { header = 'authorization', query_parameter, headers = {} } = api
  const scheme = api.scheme ?? (api.header === undefined ? 'Bearer' : undefined)
  return (request, next) => {
    const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
    const address = new URL(request.url)
    if (token !== undefined && query_parameter !== undefined) address.searchParams.set(query_parameter, token)
    const sent = new Request(address.href === request.url ? request : new Request(address, request))
    for (const [name, value] of Object.entries(headers)) sent.headers.set(name, filledIn(value, { client_id }))
    if (token !== undefined) {
      sent.headers.delete('authorization')
      if (query_parameter === undefined) sent.headers.set(header, scheme === undefined ? token : `${scheme} ${token}`)
    }
    return next(sent)
  }
}

/** The client's `fetch`, with {@link apiMiddleware} where its provider needs it. */
export function apiFetch(client: Pick<Client, 'provider' | 'client_id' | 'http'>): typeof fetch {
  if (client.provider.api === undefined) return client.http.fetch
  const middleware = apiMiddleware(client)
  return (input, init) => middleware(new Request(input, init), (request) => client.http.fetch(request))
}
