import { assertSecureUrl } from '@evergrant/core'
import { observed } from './http-log.ts'
import type { Invocation } from './invocation.ts'
import { ServerProblem, serverProblem } from './server-problem.ts'
import { UsageError } from './usage-error.ts'

/** An account of a connection server, and what its token is wanted for. */
export interface ServerTokenOptions {
  readonly server: string
  readonly account: string
  readonly minTtl?: number | undefined
  readonly scope?: string | undefined
  readonly resource?: string | undefined
}

/** A token as a connection server hands it out. */
export interface ServerToken {
  readonly access_token: string
  readonly token_type: string
  readonly expires_at?: number
  readonly expires_in?: number
  readonly scope?: string
  readonly account: string
}

/** Seconds within which the server has to answer; it may be waiting for a provider. */
const DEADLINE = 60

/**
 * Asks a connection server for an account's token, with the API key in `EVERGRANT_API_KEY`. The server keeps the grant,
 * renews it, and knows who has to act when it cannot; its problem comes back as the error that it is.
 */
export async function serverToken(options: ServerTokenOptions, invocation: Invocation): Promise<ServerToken> {
  const { env, signal } = invocation
  const { account, minTtl, scope, resource } = options
  const server = assertSecureUrl(options.server, '--server')
  const key = env['EVERGRANT_API_KEY']?.trim()
  if (!key) {
    throw new UsageError(
      'EVERGRANT_API_KEY is not set.',
      `Make an API key under Settings, API keys at ${server.origin}, and put it into that environment variable.`,
    )
  }
  const url = new URL(`${server.href.replace(/\/$/, '')}/v1/accounts/${encodeURIComponent(account)}/token`)
  const body = JSON.stringify({ min_ttl: minTtl, scope, resource })
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', accept: 'application/json' }
  let response: Response
  let answer: Record<string, unknown> | undefined
  try {
    const wait = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE * 1000)])
    response = await observed(invocation)(url, { method: 'POST', headers, body, redirect: 'error', signal: wait })
    answer = (await response.json().catch(() => undefined)) as Record<string, unknown> | undefined
  } catch (cause) {
    if (signal.aborted) throw signal.reason
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause)
    throw new ServerProblem(`The server at ${server.origin} could not be reached: ${why}.`, {
      code: 'SERVER_UNREACHABLE',
      class: 'transient',
      who: 'operator',
      advice: 'Check that the server runs, the address given as --server, and the network between.',
    })
  }
  if (response.ok && typeof answer?.['access_token'] === 'string') return answer as unknown as ServerToken
  throw serverProblem(answer, response, server.origin)
}
