import type { FetchMiddleware } from './middleware.ts'

/**
 * Adds headers that a request does not have. `Prefer` is a list (RFC 7240 §2): preferences that the request does not
 * name itself are added to its own.
 */
export function defaultHeaders(defaults: NonNullable<RequestInit['headers']>): FetchMiddleware {
  const given = new Headers(defaults)
  return (request, next) => {
    const complete = new Request(request)
    for (const [name, value] of given) {
      const own = complete.headers.get(name)
      if (own === null) complete.headers.set(name, value)
      else if (name === 'prefer') complete.headers.set(name, preferences(own, value))
    }
    return next(complete)
  }
}

function preferences(own: string, more: string): string {
  const named = new Set(items(own).map(token))
  return [...items(own), ...items(more).filter((item) => !named.has(token(item)))].join(', ')
}

/** Splits at commas outside of quotes. */
function items(list: string): string[] {
  return (list.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? []).map((item) => item.trim()).filter((item) => item !== '')
}

function token(item: string): string {
  return item.replace(/[=;\s].*$/s, '').toLowerCase()
}
