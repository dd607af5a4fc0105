import type { Answer } from './http-answer.ts'
import type { JournalEntry } from './journal.ts'
import { RequestCounter, type RequestMatch } from './request-match.ts'

/**
 * Something that goes wrong with a request.
 *
 * `status`, `body`, `html` and `retryAfter` put another answer in the place of the sandbox's own, as a proxy in front
 * of it would, and `hang` and `dropBefore` give none: in these cases the sandbox does not do the work (spends no token)
 * unless `processed` is true. All other faults let it do the work and spoil the answer.
 */
export interface Fault {
  readonly match?: RequestMatch | undefined
  /** How many of the matching requests; 1 when absent, `Infinity` for all. */
  readonly times?: number | undefined
  /** Real seconds to wait before the answer leaves, after the work was done. */
  readonly latency?: number | undefined
  readonly status?: number | undefined
  /** Added to the answer, or replacing its headers of the same name. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Text as it is; anything else as JSON. */
  readonly body?: unknown
  /** An HTML error page, as proxies send; 502 unless `status` says otherwise. */
  readonly html?: boolean | undefined
  readonly contentType?: string | undefined
  /** Does the work, then cuts the connection without a byte of answer. */
  readonly lostResponse?: boolean | undefined
  /** Cuts the connection before any work is done. */
  readonly dropBefore?: boolean | undefined
  /** Cuts the connection after this many bytes of the body. */
  readonly truncate?: number | undefined
  /** Fields left out of a JSON answer (`refresh_token`, `scope`, `expires_in`) or of the redirect to the client (`iss`). */
  readonly drop?: readonly string[] | undefined
  /** Fields put into a JSON answer or into the redirect to the client. */
  readonly set?: Readonly<Record<string, unknown>> | undefined
  /** Claims put into the id_token, which is signed anew; null takes a claim out. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
  /** Signs the id_token with a key that is not in the JWKS, under the name of one that is. */
  readonly forged?: boolean | undefined
  /** Seconds for a Retry-After header; 429 unless `status` says otherwise. */
  readonly retryAfter?: number | undefined
  /** Never answers; ends when the client goes away or the sandbox closes. */
  readonly hang?: boolean | undefined
  /** Whether the sandbox does the work first although its own answer is replaced or withheld. */
  readonly processed?: boolean | undefined
}

const fields: ReadonlySet<string> = new Set<keyof Fault>([
  'match',
  'times',
  'latency',
  'status',
  'headers',
  'body',
  'html',
  'contentType',
  'lostResponse',
  'dropBefore',
  'truncate',
  'drop',
  'set',
  'claims',
  'forged',
  'retryAfter',
  'hang',
  'processed',
])

/** A fault that was set. */
export interface FaultHandle {
  /** How many requests it has struck. */
  readonly hits: number
  remove(): void
}

export class Faults {
  #set: { readonly fault: Fault; readonly counter: RequestCounter; hits: number }[] = []

  add(fault: Fault): FaultHandle {
    const unknown = Object.keys(fault).find((name) => !fields.has(name))
    // A misspelt switch would let a test pass for the wrong reason.
    if (unknown !== undefined) throw new TypeError(`There is no fault switch ${unknown}`)
    const added = { fault, counter: new RequestCounter(fault.match ?? {}), hits: 0 }
    this.#set.push(added)
    return {
      get hits() {
        return added.hits
      },
      remove: () => {
        this.#set = this.#set.filter((other) => other !== added)
      },
    }
  }

  /** The fault for this request: of those due, the one set first. */
  strike(entry: JournalEntry): Fault | undefined {
    const due = this.#set.filter(({ fault, counter, hits }) => counter.due(entry) && hits < (fault.times ?? 1))[0]
    if (due !== undefined) due.hits += 1
    return due?.fault
  }

  clear(): void {
    this.#set = []
  }
}

/** Whether the sandbox is to do its work for a request that this fault strikes. */
export function doesWork(fault: Fault | undefined): boolean {
  if (fault === undefined) return true
  return fault.processed ?? !(replaces(fault) || fault.hang || fault.dropBefore)
}

function replaces({ status, body, html, retryAfter }: Fault): boolean {
  return status !== undefined || body !== undefined || html === true || retryAfter !== undefined
}

const errorPage =
  '<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>\n'

/** The answer as the fault leaves it. `own` is the sandbox's, absent when it did no work. */
export function spoiled(own: Answer | undefined, fault: Fault): Answer {
  const answer = replaces(fault) || own === undefined ? replacement(fault) : edited(own, fault)
  const headers = {
    ...answer.headers,
    ...(fault.contentType === undefined ? {} : { 'content-type': fault.contentType }),
    ...(fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }),
    ...Object.fromEntries(Object.entries(fault.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
  }
  return { ...answer, headers, issued: own?.issued }
}

function replacement({ status, body, html, retryAfter }: Fault): Answer {
  const usual = html ? 502 : retryAfter === undefined ? 200 : 429
  const text =
    html && body === undefined
      ? errorPage
      : typeof body === 'string'
        ? body
        : body === undefined
          ? ''
          : JSON.stringify(body)
  const type = html
    ? 'text/html; charset=utf-8'
    : typeof body === 'string'
      ? 'text/plain; charset=utf-8'
      : 'application/json'
  const error = typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : undefined
  return { status: status ?? usual, headers: text === '' ? {} : { 'content-type': type }, body: text, error }
}

function edited(answer: Answer, { drop = [], set = {} }: Fault): Answer {
  if (drop.length === 0 && Object.keys(set).length === 0) return answer
  const { location } = answer.headers
  if (location !== undefined) {
    const to = new URL(location)
    for (const name of drop) to.searchParams.delete(name)
    for (const [name, value] of Object.entries(set)) to.searchParams.set(name, String(value))
    return { ...answer, headers: { ...answer.headers, location: to.href } }
  }
  if (!answer.headers['content-type']?.startsWith('application/json')) return answer
  const whole: Record<string, unknown> = { ...JSON.parse(answer.body), ...set }
  const kept = Object.entries(whole).filter(([name]) => !drop.includes(name))
  return { ...answer, body: JSON.stringify(Object.fromEntries(kept)) }
}
