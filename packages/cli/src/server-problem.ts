import type { Who } from '@evergrant/core'

/** What a connection server's problem (RFC 9457) says, as far as it was there. */
export interface ProblemFacts {
  readonly code: string
  readonly class: string
  readonly who: Who
  readonly advice: string
  /** HTTP status of the server's answer; absent when there was none. */
  readonly status?: number | undefined
  /** The provider's own `error` and `error_description`. */
  readonly error?: string | undefined
  readonly error_description?: string | undefined
  /** Seconds to wait before trying again. */
  readonly retryAfter?: number | undefined
  /** Names the request in the server's log. */
  readonly request_id?: string | undefined
}

/** A connection server was reached and gave no token. It knows why and who has to act; that is passed on. */
export class ServerProblem extends Error {
  override readonly name = 'ServerProblem'
  readonly facts: ProblemFacts

  constructor(message: string, facts: ProblemFacts) {
    super(message)
    this.facts = facts
  }

  toJSON(): Record<string, unknown> {
    return { message: this.message, ...this.facts }
  }
}

const WHO: ReadonlySet<string> = new Set<Who>(['person', 'administrator', 'developer', 'operator', 'provider'])

function isWho(word: string | undefined): word is Who {
  return word !== undefined && WHO.has(word)
}

/** Whatever answered at `origin` in place of a token. */
export function serverProblem(answer: unknown, { status, headers }: Response, origin: string): ServerProblem {
  const fields = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {}
  const text = (field: string): string | undefined => {
    const value = fields[field]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const code = text('code')
  const who = text('who')
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  const retryAfter = Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined
  if (code === undefined || !isWho(who)) return new ServerProblem(...stranger(status, origin, retryAfter))
  const again = retryAfter === undefined ? '' : ` Ask again in ${retryAfter} s.`
  return new ServerProblem(`${text('detail') ?? code}${again}`, {
    code,
    class: text('class') ?? 'request',
    who,
    advice: text('advice') ?? '',
    status,
    error: text('error'),
    error_description: text('error_description'),
    retryAfter,
    request_id: text('request_id'),
  })
}

/** Not an Evergrant server, or a proxy before one. */
function stranger(status: number, origin: string, retryAfter: number | undefined): [string, ProblemFacts] {
  const message = `${origin} answered ${status}, and not as an Evergrant server does.`
  if (status === 429 || status >= 500) {
    const again = retryAfter === undefined ? 'later' : `in ${retryAfter} s`
    const advice = `Try again ${again}; the server, or a proxy before it, has trouble.`
    return [message, { code: 'SERVER_UNAVAILABLE', class: 'transient', who: 'operator', advice, status, retryAfter }]
  }
  const advice = 'Give as --server the address at which the page of the server opens.'
  return [message, { code: 'NOT_A_SERVER', class: 'request', who: 'developer', advice, status }]
}
