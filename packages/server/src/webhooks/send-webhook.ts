import { type Clock, counted, isOAuthError } from '@evergrant/core'
import { waitAfter } from '../outbox/back-off.ts'
import type { Attempt, Outcome, Taken } from '../outbox/outbox.ts'
import { signatureHeaders } from './signature.ts'

/** Seconds that a receiver has to answer. */
export const PATIENCE = 15
/** Of an answer, so many bytes are read. */
const MOST_READ = 2048

/** How an attempt went, and what becomes of the message; `gone`: the receiver wants no more, ever. */
export interface Sent {
  readonly attempt: Attempt
  readonly outcome: Outcome
  readonly gone: boolean
}

/** What is needed to reach a receiver. */
export interface Sending {
  readonly url: string
  readonly secrets: readonly string[]
  readonly version: string
  readonly clock: Clock
  /** Held to the same addresses as providers are. */
  readonly fetch: typeof fetch
  /** Ends the attempt; what was sent counts as not delivered. */
  readonly signal: AbortSignal
}

/** Sends a message to its receiver, once. A redirect is followed nowhere: it counts as refused. */
export async function sendWebhook(
  { event_id: id, payload: body, attempts }: Taken,
  { url, secrets, version, clock, fetch, signal }: Sending,
): Promise<Sent> {
  const at = clock.now()
  const begun = performance.now()
  const attempt = (told: Omit<Attempt, 'at' | 'seconds'>): Attempt => ({
    at,
    seconds: (performance.now() - begun) / 1000,
    ...told,
  })
  const failed = (told: Omit<Attempt, 'at' | 'seconds'>, asked?: number): Sent => {
    const again = waitAfter(attempts, Math.random(), asked)
    return { attempt: attempt(told), outcome: again === undefined ? { state: 'failed' } : { again }, gone: false }
  }
  const done = new AbortController()
  const late = new AbortController()
  clock.sleep(PATIENCE, done.signal).then(
    () => late.abort(),
    () => undefined,
  )
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'user-agent': `Evergrant/${version}`,
        ...signatureHeaders({ id, timestamp: at, body }, secrets),
      },
      body,
      signal: AbortSignal.any([signal, late.signal]),
    })
    const detail = await beginning(response)
    const { status } = response
    if (status >= 200 && status < 300) {
      return { attempt: attempt({ status, detail }), outcome: { state: 'delivered' }, gone: false }
    }
    if (status === 410) return { attempt: attempt({ status, detail }), outcome: { state: 'failed' }, gone: true }
    return failed({ status, detail }, retryAfter(response, at))
  } catch (error) {
    if (!late.signal.aborted) return failed(inWords(error))
    return failed({ code: 'TIMEOUT', detail: `There was no answer within ${counted(PATIENCE, 'second')}.` })
  } finally {
    done.abort()
  }
}

/** The beginning of an answer as text, without what no column of text takes; the rest is not read. */
async function beginning(response: Response): Promise<string | undefined> {
  const reader = response.body?.getReader()
  if (reader === undefined) return undefined
  const parts: Uint8Array[] = []
  for (let size = 0; size < MOST_READ; ) {
    const { done, value } = await reader.read()
    if (done) break
    parts.push(value.subarray(0, MOST_READ - size))
    size += value.length
  }
  await reader.cancel()
  const text = Buffer.concat(parts).toString()
  return text.replace(/[^\P{Cc}\n\t]/gu, '') || undefined
}

/** Seconds that a receiver asks for (RFC 9110 §10.2.3). */
function retryAfter({ headers }: Response, now: number): number | undefined {
  const given = headers.get('retry-after')
  if (given === null) return undefined
  const seconds = /^\d+$/.test(given.trim()) ? Number(given) : Date.parse(given) / 1000 - now
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined
}

function inWords(error: unknown): { readonly code: string; readonly detail: string } {
  if (isOAuthError(error)) return { code: error.code, detail: error.message }
  // `fetch failed` says nothing; its cause does.
  const cause = error instanceof Error ? error.cause : undefined
  const { message } = cause instanceof Error ? cause : error instanceof Error ? error : new Error(String(error))
  return { code: 'NETWORK', detail: message }
}
