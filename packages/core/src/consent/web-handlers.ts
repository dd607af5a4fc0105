import type { Client } from '../client/client.ts'
import { counted } from '../counted.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { type AuthorizationOptions, beginAuthorization } from '../grant/begin-authorization.ts'
import { finishAuthorization } from '../grant/finish-authorization.ts'
import type { Grant } from '../grant/grant.ts'
import type { PendingStore } from '../grant/pending-authorization.ts'
import { cappedText } from '../http/capped-text.ts'
import type { GrantStore } from '../store/store.ts'
import { bindingCookie } from './binding-cookie.ts'
import { memoryPendingStore } from './memory-pending-store.ts'
import { outcomePage } from './outcome-page.ts'

/** What {@link webHandlers} needs. `Native` is the server's own request object, where sessions live. */
export interface WebHandlerOptions<Native> {
  readonly client: Client
  readonly store: GrantStore
  /** The address of the callback handler, exactly as registered at the provider. */
  readonly redirect_uri: string
  /**
   * Whose grant is asked for. Decide it from your own session, never from the address alone, and throw when nobody is
   * signed in: whoever starts gets the consent stored here. The id alone, or with further options for the request.
   */
  readonly grant: (request: Request, native: Native) => GrantRequest | string | Promise<GrantRequest | string>
  /** Where authorizations wait. Default: this process's memory. Give a shared one when several processes serve. */
  readonly pending?: PendingStore | undefined
  /** Signs the binding cookie; at least 32 bytes, the same in all processes. Default: random, for this process alone. */
  readonly secret?: Uint8Array<ArrayBuffer> | undefined
  /** Answers the person whose grant is stored now. Default: a small page. */
  readonly onConnected?: ((grant: Grant, request: Request, native: Native) => Response | Promise<Response>) | undefined
  /** Answers the person when it did not work. Default: a small page with the error's words and advice. */
  readonly onFailed?:
    | ((error: OAuthError, request: Request, native: Native) => Response | Promise<Response>)
    | undefined
  readonly allowOtherSubject?: boolean | undefined
}

/** The grant to ask for, and how. */
export type GrantRequest = Omit<AuthorizationOptions, 'redirect_uri'>

/** A handler of a fetch-style server: `(request) => Response`. */
export type WebHandler<Native> = (request: Request, native: Native) => Promise<Response>

/** The two steps of consent in a web server. */
export interface WebHandlers<Native> {
  /** Sends the browser to the provider's consent page. */
  readonly start: WebHandler<Native>
  /** Receives the browser back by GET, or by POST with `response_mode: 'form_post'`, and stores the grant. */
  readonly callback: WebHandler<Native>
}

/**
 * Consent in a web server, for servers that speak `Request` and `Response`; `@evergrant/core/node` wraps these for
 * Node's http, Express and Fastify. Any number may be pending, in one browser or many. A callback works once, in the
 * browser that started, until it expires; in any other browser it is refused and still works in the right one.
 *
 * With `response_mode: 'form_post'` (in what `grant` returns, or of the provider) the provider's page posts the callback:
 * route POST to `callback` as well as GET. The binding cookie then says `SameSite=None; Secure`, because a browser adds no
 * other cookie to a POST from another site; so the site must be https. On plain http only a browser that takes `Secure`
 * cookies from loopback addresses gets through.
 *
 * Neither handler throws an `OAuthError`: `onFailed` answers. Other errors, such as from `grant`, are the server's.
 *
 * @example
 * ```ts
 * import { type Client, type GrantStore, webHandlers } from '@evergrant/core'
 *
 * function routes(client: Client, store: GrantStore, signedIn: (request: Request) => string) {
 *   const redirect_uri = 'https://app.example/oauth/callback'
 *   const { start, callback } = webHandlers<void>({ client, store, redirect_uri, grant: signedIn })
 *   return (request: Request) => (new URL(request.url).pathname === '/connect' ? start(request) : callback(request))
 * }
 * ```
 */
export function webHandlers<Native = void>(options: WebHandlerOptions<Native>): WebHandlers<Native> {
  const { client, store, redirect_uri, allowOtherSubject } = options
  const { clock } = client.http
  const pending = options.pending ?? memoryPendingStore({ clock })
  const secret = options.secret ?? crypto.getRandomValues(new Uint8Array(32))
  if (secret.byteLength < 32) throw new OAuthError('INVALID_ARGUMENT', 'webHandlers: secret needs at least 32 bytes.')
  const cookie = bindingCookie(secret, redirect_uri.startsWith('https:'))
  const connected =
    options.onConnected ?? ((grant: Grant) => outcomePage({ grant: grant.id, provider: client.provider.name }))
  const failed = options.onFailed ?? ((error: OAuthError) => outcomePage(error))

  const start: WebHandler<Native> = async (request, native) => {
    const wanted = await options.grant(request, native)
    try {
      const begun = await beginAuthorization(client, {
        ...(typeof wanted === 'string' ? { grant: wanted } : wanted),
        redirect_uri,
      })
      await pending.put(begun.pending)
      const { state, expires_at, response_mode = '' } = begun.pending
      const setCookie = await cookie.issue(state, expires_at - clock.now(), response_mode.startsWith('form_post'))
      const headers = { location: begun.url, 'set-cookie': setCookie }
      return new Response(null, { status: 303, headers: { ...headers, ...QUIET } })
    } catch (error) {
      if (!isOAuthError(error)) throw error
      return failed(error, request, native)
    }
  }

  const callback: WebHandler<Native> = async (request, native) => {
    const posted = request.method === 'POST'
    if (request.method !== 'GET' && !posted) return new Response(null, { status: 405, headers: { allow: 'GET, POST' } })
    try {
      const parameters = posted ? await formOf(request) : new URL(request.url).searchParams
      const state = parameters.get(client.provider.callback?.parameter_names?.['state'] ?? 'state') ?? ''
      // Checked before the authorization is taken: a link that reached another browser must not end it.
      if (!(await cookie.holds(request.headers.get('cookie'), state))) {
        const message = 'This callback does not belong to an authorization that began in this browser.'
        throw new OAuthError('STATE_MISMATCH', message, { provider: client.provider.id })
      }
      const grant = await finishAuthorization(client, { callback: parameters, pending, store, allowOtherSubject })
      return finished(await connected(grant, request, native), cookie.clear(state, posted))
    } catch (error) {
      if (!isOAuthError(error)) throw error
      return finished(await failed(error, request, native), undefined)
    }
  }
  return { start, callback }
}

/** Bytes; far above any code or signed answer. */
const LARGEST_FORM = 1_048_576

/** The fields of a callback that was posted (OAuth 2.0 Form Post Response Mode). Throws `CALLBACK_INVALID`. */
async function formOf(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) {
    throw new OAuthError('CALLBACK_INVALID', 'The callback was posted, but not as a form (form_post).')
  }
  const text = await cappedText(request.body, LARGEST_FORM)
  if (text === undefined) {
    throw new OAuthError('CALLBACK_INVALID', `The posted callback is larger than ${counted(LARGEST_FORM, 'byte')}.`)
  }
  return new URLSearchParams(text)
}

/** The address holds a code: nobody keeps it, and no page that is opened from here learns it (RFC 9700 §4.2.4). */
const QUIET = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' } as const

function finished(response: Response, setCookie: string | undefined): Response {
  const quiet = new Response(response.body, response)
  for (const [name, value] of Object.entries(QUIET)) quiet.headers.set(name, value)
  if (setCookie !== undefined) quiet.headers.append('set-cookie', setCookie)
  return quiet
}
