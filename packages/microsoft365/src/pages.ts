import { OAuthError } from '@evergrant/core'

/**
 * The entries of a list in OData's form, page after page, one page in memory at a time. `mayAsk` decides whether the
 * token may go to a next page's address: that comes from the answer, and an answer does not decide where tokens go.
 *
 * @see https://learn.microsoft.com/graph/paging
 */
export async function* pagedItems<T>(
  first: string,
  get: (url: string) => Promise<Response>,
  mayAsk: (url: string) => boolean,
): AsyncGenerator<T, void, undefined> {
  let at: string | undefined = first
  while (at !== undefined) {
    const page: Page<T> = await pageOf<T>(await get(at), at)
    yield* page.value
    const next: string | undefined = page['@odata.nextLink']
    if (next !== undefined) assertNext(next, at, mayAsk)
    at = next
  }
}

interface Page<T> {
  readonly value: readonly T[]
  readonly '@odata.nextLink'?: string
}

async function pageOf<T>(response: Response, url: string): Promise<Page<T>> {
  const body: unknown = await response.json().catch(() => undefined)
  const page = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const { value, '@odata.nextLink': next } = page
  if (!response.ok || !Array.isArray(value)) {
    const message = `${shown(url)} was answered ${response.status} without a list (value).`
    throw new OAuthError('HTTP_ERROR', message, { status: response.status })
  }
  return { value: value as T[], ...(typeof next === 'string' && next !== '' ? { '@odata.nextLink': next } : {}) }
}

function assertNext(next: string, present: string, mayAsk: (url: string) => boolean): void {
  const wrong = !URL.canParse(next)
    ? 'is no address'
    : !mayAsk(next)
      ? `is on ${new URL(next).origin}, where the token does not belong`
      : next === present
        ? 'is the same page again'
        : undefined
  if (wrong === undefined) return
  throw new OAuthError('INVALID_ANSWER', `The next page after ${shown(present)} ${wrong}; it was not asked for.`)
}

function shown(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
