import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { claimedClientId } from './client-authentication.ts'
import type { Endpoint, Engine, Exchange } from './engine.ts'
import { doesWork, type Fault, type Faults, spoiled } from './faults.ts'
import type { Holds } from './holds.ts'
import { type Answer, emptyAnswer, errorAnswer } from './http-answer.ts'
import { imitated, type Understood, understood } from './imitation/imitated.ts'
import type { Journal, JournalEntry } from './journal.ts'
import { Parameters } from './parameters.ts'
import { ProtocolError } from './protocol-error.ts'
import { requestBody } from './request-body.ts'
import { endpointOf, isForm, routeOf } from './routes.ts'
import { spoiledIdToken } from './spoiled-id-token.ts'

/** The instruments around the engine. */
export interface Instruments {
  readonly journal: Journal
  readonly faults: Faults
  readonly holds: Holds
  /** Called after each request that may have changed a grant, before it is answered. */
  save?(): Promise<void>
}

/** Takes one request all the way: read, note, do the work, let faults and holds have their turn, answer. */
export async function serve(
  { request, response, prefix }: { request: IncomingMessage; response: ServerResponse; prefix?: string | undefined },
  engine: Engine,
  { journal, faults, holds, save }: Instruments,
): Promise<void> {
  const body = await requestBody(request)
  const raw = exchangeOf(request, body ?? '', engine, prefix)
  const read = await readAs(raw, engine)
  const { exchange } = read
  if (body === undefined) response.shouldKeepAlive = false
  const entry = noted(exchange, journal, engine)
  const fault = faults.strike(entry)
  const take = (): Answer | Promise<Answer> => (body === undefined ? tooLarge : work(read, engine, save))
  const done = doesWork(fault) ? await take() : undefined
  const own = done === undefined || fault === undefined ? done : await spoiledIdToken(done, fault, engine.keys)
  const answer = fault === undefined ? own : spoiled(own, fault)
  const mute = fault?.dropBefore === true || fault?.lostResponse === true || fault?.hang === true
  const { status, error } = answer ?? {}
  entry.outcome = { status: mute ? undefined : status, error, issued: own?.issued, faulty: fault !== undefined }

  await holds.pass(entry)
  if (fault?.latency !== undefined) await delay(fault.latency, response)
  if (fault?.hang) await gone(response)
  if (mute || answer === undefined) {
    response.socket?.destroy()
    return
  }
  entry.answered = await write(response, answer, engine, fault)
}

function exchangeOf(request: IncomingMessage, body: string, engine: Engine, prefix?: string): Exchange {
  const [path = '', query = ''] = (request.url ?? '/').split(/\?(.*)/s)
  return {
    endpoint: endpointOf(path, engine.issuer, prefix),
    method: request.method ?? 'GET',
    path,
    query: new Parameters(query),
    form: new Parameters(isForm(request.headers['content-type']) ? body : ''),
    body,
    headers: request.headers,
  }
}

function noted(exchange: Exchange, journal: Journal, engine: Engine): JournalEntry {
  const { endpoint, method, path, query, form, body, headers } = exchange
  return journal.add({
    time: engine.clock.now(),
    endpoint,
    method,
    path,
    query: query.record(),
    form: form.record(),
    body,
    headers,
    client_id: claimedClientId(exchange),
    grant_type: form.get('grant_type'),
  })
}

// Where a request may start, move on or end a grant. A refused one counts as well: a replay ends a family.
const changing: ReadonlySet<Endpoint> = new Set<Endpoint>(['token', 'revoke'])

/** The request as it is to be taken, or why it is not. */
async function readAs(raw: Exchange, engine: Engine): Promise<Understood & { readonly refused?: ProtocolError }> {
  try {
    return await understood(raw, engine)
  } catch (error) {
    if (error instanceof ProtocolError) return { exchange: raw, refused: error }
    throw error
  }
}

async function work(
  read: Awaited<ReturnType<typeof readAs>>,
  engine: Engine,
  save?: () => Promise<void>,
): Promise<Answer> {
  const { exchange, refused } = read
  try {
    const own =
      refused === undefined
        ? (read.answer ?? (await (read.handler?.() ?? answered(exchange, engine))))
        : errorAnswer(refused)
    const answer = await imitated(own, read, engine)
    if (changing.has(exchange.endpoint)) await save?.()
    return answer
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return errorAnswer(new ProtocolError('server_error', `The sandbox itself failed: ${reason}`, { status: 500 }))
  }
}

async function answered(exchange: Exchange, engine: Engine): Promise<Answer> {
  try {
    return await routeOf(exchange)(exchange, engine)
  } catch (error) {
    if (error instanceof ProtocolError) return errorAnswer(error)
    throw error
  }
}

const tooLarge: Answer = { ...emptyAnswer(413), error: 'invalid_request' }

/** Resolves with whether the whole answer left. */
async function write(response: ServerResponse, answer: Answer, engine: Engine, fault?: Fault): Promise<boolean> {
  const body = Buffer.from(answer.body)
  // A client may learn from Date how far the clocks are apart, so it tells the sandbox's time.
  const date = new Date(engine.clock.now() * 1000).toUTCString()
  response.writeHead(answer.status, { ...answer.headers, date, 'content-length': body.length })
  if (fault?.truncate !== undefined && fault.truncate < body.length) {
    response.flushHeaders()
    response.write(body.subarray(0, fault.truncate), () => response.socket?.destroy())
    return false
  }
  response.end(body)
  if (response.destroyed) return false
  await Promise.race([once(response, 'finish'), once(response, 'close')])
  return response.writableFinished
}

async function delay(seconds: number, response: ServerResponse): Promise<void> {
  const left = new AbortController()
  response.once('close', () => left.abort())
  await sleep(seconds * 1000, undefined, { signal: left.signal }).catch(() => {})
}

async function gone(response: ServerResponse): Promise<void> {
  if (!response.destroyed && !response.closed) await once(response, 'close')
}
