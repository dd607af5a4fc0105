import { needsNewToken } from '../http/bearer.ts'
import type { Tokens } from './tokens.ts'

/** What is used of the state that ky 2 gives to a hook. */
interface KyState {
  readonly request: Request
}

/** Hooks for `ky.create({ hooks })`. */
export interface KyHooks {
  beforeRequest: ((state: KyState) => Promise<void>)[]
  beforeRetry: ((state: KyState) => Promise<void>)[]
  afterResponse: ((state: KyState & { readonly response: Response }) => Promise<Response | undefined>)[]
}

/**
 * Hooks for ky: the token is attached to every request and every retry of ky's, and a request is replayed once with a
 * newer token after a 401 that says the token is invalid. With `retry: 0` ky keeps no copy of a body, and a request that
 * has one is not replayed. `ky.create({ fetch: source.fetch })` does the same without hooks.
 */
export function kyHooks(source: Tokens): KyHooks {
  const attach = async ({ request }: KyState): Promise<void> => {
    const { access_token } = await source.token({ signal: request.signal })
    request.headers.set('authorization', `Bearer ${access_token}`)
  }
  return {
    beforeRequest: [attach],
    beforeRetry: [attach],
    afterResponse: [
      async ({ request, response }) => {
        if (!needsNewToken(response.status, response.headers.get('www-authenticate')) || request.bodyUsed) return
        const rejected = request.headers.get('authorization')?.replace(/^Bearer /i, '')
        const newer = await source.token({ rejected, signal: request.signal })
        const again = request.clone()
        again.headers.set('authorization', `Bearer ${newer.access_token}`)
        return fetch(again)
      },
    ],
  }
}
