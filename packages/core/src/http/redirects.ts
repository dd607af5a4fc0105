import type { FetchMiddleware } from './middleware.ts'

const FOLLOWED = new Set([301, 302, 303, 307, 308])

/** Whether an answer sends elsewhere. */
export function isRedirect({ status }: Response): boolean {
  return FOLLOWED.has(status)
}

/**
 * Follows redirects of GET and HEAD. Inside of the origin the request is authenticated anew; to another origin it goes
 * without credentials, of which `fetch` by itself would take only the `Authorization` header away. Other verbs get the
 * redirect as their answer. `plain`: sends without credentials.
 */
export function redirects(plain: (request: Request) => Promise<Response>, limit = 10): FetchMiddleware {
  return async (request, next) => {
    if (request.redirect !== 'follow') return next(request)
    let current = new Request(request, { redirect: 'manual' })
    let send = next
    for (let hops = 0; ; hops++) {
      const response = await send(current)
      const location = response.headers.get('location')
      const follows = isRedirect(response) && (request.method === 'GET' || request.method === 'HEAD')
      if (!follows || location === null || !URL.canParse(location, current.url) || hops === limit) return response
      await response.body?.cancel()
      const url = new URL(location, current.url)
      // Once outside, nothing that comes after is trusted with credentials, not even a way back.
      if (url.origin !== new URL(request.url).origin) send = plain
      const { method, signal } = current
      const headers = new Headers(current.headers)
      if (send === plain) for (const name of ['authorization', 'cookie', 'proxy-authorization']) headers.delete(name)
      current = new Request(url, { method, headers, signal, redirect: 'manual' })
    }
  }
}
