import { type Attachment, attachment } from './attachment.ts'
import type { Tokens } from './tokens.ts'

/** What is used of undici's request options. */
interface Options {
  readonly origin?: string | URL | undefined
  readonly path?: string
  readonly method?: string
  readonly headers?: unknown
  readonly body?: unknown
}

/** undici's handler of one exchange (undici 7 and later); all of it is optional there. */
interface Handler {
  onRequestStart?(controller: Controller, context: unknown): void
  onRequestUpgrade?(controller: Controller, status: number, headers: Answer, socket: never): void
  onResponseStart?(controller: Controller, status: number, headers: Answer, message?: string): void
  onResponseData?(controller: Controller, chunk: never): void
  onResponseEnd?(controller: Controller, trailers: Answer): void
  onResponseError?(controller: Controller, error: Error): void
}
interface Controller {
  pause(): void
  resume(): void
  abort(reason: Error): void
}
type Answer = Record<string, string | string[] | undefined>

/** The shape of undici's `DispatcherComposeInterceptor`. */
export type UndiciInterceptor = <Options extends object, Handler extends object>(
  dispatch: (options: Options, handler: Handler) => boolean,
) => (options: Options, handler: Handler) => boolean

/**
 * An interceptor for `dispatcher.compose(…)` of undici: attaches the token, with a proof of its key when it is bound to
 * one, and replays a request once with a newer token after a 401 that says the token is invalid. A streamed body is not
 * replayed.
 */
export function undiciInterceptor(source: Tokens): UndiciInterceptor {
  return (dispatch) => (given, handler) => {
    const options: Options = given
    const answering: Handler = handler
    const send = (attached: Attachment): void => {
      const headers = authorized(options.headers, attached.headers)
      const told = isReplayable(options.body) ? replaying(answering, attached, send) : answering
      dispatch({ ...given, headers }, told as typeof handler)
    }
    attachment(source, options.method ?? 'GET', new URL(options.path ?? '/', options.origin))
      .then(send)
      .catch((error: unknown) => answering.onResponseError?.(NOTHING_SENT, asError(error)))
    return true
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

/** The handler's controller when no request was made. */
const NOTHING_SENT = { aborted: true, paused: false, reason: null, abort() {}, pause() {}, resume() {} }

/** Passes everything on, except an answer that is replaced by a replay's; its body is let run out first. */
function replaying(handler: Handler, attached: Attachment, send: (again: Attachment) => void): Handler {
  let again: Attachment | undefined
  return {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onRequestUpgrade: (controller, status, headers, socket) =>
      handler.onRequestUpgrade?.(controller, status, headers, socket),
    onResponseStart(controller, status, headers, message) {
      const start = (): void => handler.onResponseStart?.(controller, status, headers, message)
      if (status < 200) return start()
      const answered = attached.answered(status, { get: (name) => [headers[name]].flat().join(', ') || undefined })
      if (status !== 401 && status !== 403) {
        answered.catch(() => undefined)
        return start()
      }
      // The body waits until it is decided whose it is.
      controller.pause()
      answered.then(
        (replay) => {
          again = replay
          if (replay === undefined) start()
          controller.resume()
        },
        (error: unknown) => controller.abort(asError(error)),
      )
    },
    onResponseData: (controller, chunk) => void (again ?? handler.onResponseData?.(controller, chunk)),
    onResponseEnd: (controller, trailers) =>
      again === undefined ? handler.onResponseEnd?.(controller, trailers) : send(again),
    onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
  }
}

/** undici takes headers as an object, as a flat list, and as anything that yields pairs. */
function authorized(headers: unknown, attached: Readonly<Record<string, string>>): string[] {
  const pairs = entries(headers).filter(([name]) => !(name.toLowerCase() in attached))
  return [...pairs, ...Object.entries(attached)].flat()
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
