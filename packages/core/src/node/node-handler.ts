import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { WebHandler } from '../consent/web-handlers.ts'

/** What Express adds to a request: the whole path, also inside of a mounted router. */
type MaybeMounted = IncomingMessage & { readonly originalUrl?: string; readonly body?: unknown }

/** Choices of a {@link nodeHandler}. */
export interface NodeHandlerOptions {
  /** Hears of a failure that is not an `OAuthError`: a mistake in `grant`, a store that is away. Default: `console.error`. */
  readonly onError?: ((error: unknown, request: IncomingMessage) => void) | undefined
}

/**
 * A {@link WebHandler} for Node's own http server. A failure that is not an `OAuthError` is answered by an empty 500 and
 * told to `onError`. The promise never rejects: Node ends a process whose rejections nobody hears, and a visitor must not
 * be able to do that.
 */
export function nodeHandler(
  handle: WebHandler<IncomingMessage>,
  { onError = (error) => console.error(error) }: NodeHandlerOptions = {},
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request: MaybeMounted & IncomingMessage, response) => {
    try {
      await send(response, await handle(asRequest(request, request.body), request))
    } catch (error) {
      if (!response.headersSent) response.writeHead(500)
      response.end()
      onError(error, request)
    }
  }
}

/** A {@link WebHandler} for Express; its own failures go to `next`. `Native` is Express's request. */
export function expressHandler<Native extends IncomingMessage>(
  handle: WebHandler<Native>,
): (request: Native, response: ServerResponse, next: (error?: unknown) => void) => void {
  return (request, response, next) => {
    handle(asRequest(request, (request as MaybeMounted).body), request)
      .then((answer) => send(response, answer))
      .catch(next)
  }
}

/** What is used of Fastify's request and reply. */
interface FastifyRequestLike {
  readonly raw: IncomingMessage
  readonly body?: unknown
}
interface FastifyReplyLike {
  code(status: number): unknown
  header(name: string, value: string | string[]): unknown
  send(payload?: unknown): unknown
}

/**
 * A {@link WebHandler} for Fastify; its own failures reach Fastify's error handler. `Native` is Fastify's request. For
 * `form_post` callbacks Fastify needs a parser for forms, such as `@fastify/formbody`.
 */
export function fastifyHandler<Native extends FastifyRequestLike>(
  handle: WebHandler<Native>,
): (request: Native, reply: FastifyReplyLike) => Promise<unknown> {
  return async (request, reply) => {
    const answer = await handle(asRequest(request.raw, request.body), request)
    reply.code(answer.status)
    for (const [name, value] of Object.entries(headersOf(answer))) reply.header(name, value)
    return reply.send(Buffer.from(await answer.arrayBuffer()))
  }
}

/**
 * The request for a consent handler. `parsed`: the form of a `form_post` callback, when the server has read it already;
 * else what is left of the stream.
 */
function asRequest(request: MaybeMounted, parsed: unknown): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one)
  }
  const method = request.method ?? 'GET'
  const body = method === 'POST' ? formBody(request, parsed) : undefined
  // The origin is never used: the redirect URI is configured, because a Host header is whatever the client says.
  return new Request(new URL(request.originalUrl ?? request.url ?? '/', 'http://localhost'), {
    method,
    headers,
    ...(body === undefined ? {} : { body, duplex: 'half' }),
  })
}

function formBody(request: IncomingMessage, parsed: unknown): BodyInit | undefined {
  if (typeof parsed === 'string' || Buffer.isBuffer(parsed)) return parsed.toString()
  if (typeof parsed === 'object' && parsed !== null) {
    const pairs = Object.entries(parsed).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)]))
    return new URLSearchParams(pairs).toString()
  }
  return request.readable ? (Readable.toWeb(request) as ReadableStream) : undefined
}

async function send(response: ServerResponse, answer: Response): Promise<void> {
  response.writeHead(answer.status, headersOf(answer))
  response.end(Buffer.from(await answer.arrayBuffer()))
}

function headersOf(answer: Response): Record<string, string | string[]> {
  const cookies = answer.headers.getSetCookie()
  const headers: Record<string, string | string[]> = Object.fromEntries(answer.headers)
  return cookies.length === 0 ? headers : { ...headers, 'set-cookie': cookies }
}
