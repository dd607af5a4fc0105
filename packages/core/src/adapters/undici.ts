import { needsNewToken } from '../http/bearer.ts'
import type { Tokens } from './tokens.ts'

/** What is used of undici's request options. */
interface Options {
  readonly headers?: unknown
  readonly body?: unknown
}

/** undici's handler of one exchange (undici 7 and later); all of it is optional there. */
interface Handler {
  onRequestStart?(controller: object, context: unknown): void
  onRequestUpgrade?(controller: object, status: number, headers: Answer, socket: never): void
  onResponseStart?(controller: object, status: number, headers: Answer, message?: string): void
  onResponseData?(controller: object, chunk: never): void
  onResponseEnd?(controller: object, trailers: Answer): void
  onResponseError?(controller: object, error: Error): void
}
type Answer = Record<string, string | string[] | undefined>

/** The shape of undici's `DispatcherComposeInterceptor`. */
export type UndiciInterceptor = <Options extends object, Handler extends object>(
  dispatch: (options: Options, handler: Handler) => boolean,
) => (options: Options, handler: Handler) => boolean

/**
 * An interceptor for `dispatcher.compose(…)` of undici: attaches the token, and replays a request once with a newer
 * token after a 401 that says the token is invalid. A streamed body is not replayed.
 */
export function undiciInterceptor(source: Tokens): UndiciInterceptor {
  return (dispatch) => (options, given) => {
    const handler: Handler = given
    const send = async (rejected?: string): Promise<void> => {
      const { access_token } = await source.token(rejected === undefined ? undefined : { rejected })
      const replayable = rejected === undefined && isReplayable((options as Options).body)
      const headers = authorized((options as Options).headers, access_token)
      const again = (): void => start(access_token)
      dispatch({ ...options, headers }, (replayable ? replaying(handler, again) : handler) as typeof given)
    }
    const start = (rejected?: string): void => {
      send(rejected).catch((error: unknown) =>
        handler.onResponseError?.(NOTHING_SENT, error instanceof Error ? error : new Error(String(error))),
      )
    }
    start()
    return true
  }
}

/** The handler's controller when no request was made. */
const NOTHING_SENT = { aborted: true, paused: false, reason: null, abort() {}, pause() {}, resume() {} }

/** Passes everything on, except one 401, whose body is let run out before the replay. */
function replaying(handler: Handler, again: () => void): Handler {
  let refused = false
  return {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onRequestUpgrade: (controller, status, headers, socket) =>
      handler.onRequestUpgrade?.(controller, status, headers, socket),
    onResponseStart(controller, status, headers, message) {
      const challenge = headers['www-authenticate']
      refused = needsNewToken(status, [challenge].flat().join(', ') || undefined)
      if (!refused) handler.onResponseStart?.(controller, status, headers, message)
    },
    onResponseData: (controller, chunk) => void (refused || handler.onResponseData?.(controller, chunk)),
    onResponseEnd: (controller, trailers) => (refused ? again() : handler.onResponseEnd?.(controller, trailers)),
    onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
  }
}

/** undici takes headers as an object, as a flat list, and as anything that yields pairs. */
function authorized(headers: unknown, token: string): string[] {
  const pairs = entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization')
  return [...pairs.flat(), 'authorization', `Bearer ${token}`]
}

function entries(headers: unknown): [string, string][] {
  if (headers === undefined || headers === null) return []
  if (Array.isArray(headers)) {
    return headers.flatMap((name, at) => (at % 2 === 0 ? [[String(name), String(headers[at + 1])]] : []))
  }
  const pairs =
    Symbol.iterator in Object(headers) ? [...(headers as Iterable<[string, unknown]>)] : Object.entries(headers)
  return pairs.flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one): [string, string] => [name, String(one)]),
  )
}

function isReplayable(body: unknown): boolean {
  return body === undefined || body === null || typeof body === 'string' || ArrayBuffer.isView(body)
}
