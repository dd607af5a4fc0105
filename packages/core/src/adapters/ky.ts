import { type Attachment, attachment } from './attachment.ts'
import { setHeaders, type Tokens } from './tokens.ts'

/** What is used of the state that ky 2 gives to a hook. */
interface KyState {
  readonly request: Request
  readonly options: object
}

/** Hooks for `ky.create({ hooks })`. */
export interface KyHooks {
  beforeRequest: ((state: KyState) => Promise<void>)[]
  beforeRetry: ((state: KyState) => Promise<void>)[]
  afterResponse: ((state: KyState & { readonly response: Response }) => Promise<Response | undefined>)[]
}

/** How {@link kyHooks} behaves. */
export interface KyHookOptions {
  /** Makes the replays; hooks do not see the `fetch` that ky was given. Default: the source's, else the global one. */
  readonly fetch?: typeof fetch | undefined
}

/**
 * Hooks for ky: the token is attached to every request and every retry of ky's, with a proof of its key when it is bound
 * to one, and a request is replayed once with a newer token after a 401 that says the token is invalid. With `retry: 0`
 * ky keeps no copy of a body, and a request that has one is not replayed. `ky.create({ fetch: source.fetch })` does the
 * same without hooks.
 */
export function kyHooks(source: Tokens, options: KyHookOptions = {}): KyHooks {
  // The options of one call are one object in all its hooks.
  const sent = new WeakMap<object, Attachment>()
  const attach = async ({ request, options: call }: KyState): Promise<void> => {
    const attached = await attachment(source, request.method, request.url, request.signal)
    sent.set(call, attached)
    setHeaders(request.headers, attached.headers)
  }
  return {
    beforeRequest: [attach],
    beforeRetry: [attach],
    afterResponse: [
      async ({ request, response, options: call }) => {
        let answer: Response | undefined
        for (let attached = sent.get(call); attached !== undefined; ) {
          const { status, headers } = answer ?? response
          attached = request.bodyUsed ? undefined : await attached.answered(status, headers)
          if (attached === undefined) break
          await answer?.body?.cancel()
          const again = request.clone()
          setHeaders(again.headers, attached.headers)
          answer = await (options.fetch ?? source.sending?.fetch ?? fetch)(again)
        }
        return answer
      },
    ],
  }
}
