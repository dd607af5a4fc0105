import * as oauth from 'oauth4webapi'
import { refusal, text } from '../answer/refusal.ts'
import type { Client } from '../client/client.ts'
import { exchange } from '../http/exchange.ts'
import { quietly } from '../redacted.ts'

/** What the provider says about a token (RFC 7662 §2.2). */
export interface Introspection {
  /** Whether it may be used now. Nothing else is told about one that may not. */
  readonly active: boolean
  readonly scope?: string
  readonly client_id?: string
  readonly username?: string
  readonly sub?: string
  readonly token_type?: string
  /** Epoch seconds. */
  readonly exp?: number
  /** Everything that was answered. */
  readonly raw: Readonly<Record<string, unknown>>
}

/**
 * Asks the provider about a token (RFC 7662). Needs a client that can prove who it is.
 * Throws `MISSING_ENDPOINT`, and what a token request throws; an answer without `active` is `INVALID_ANSWER`.
 */
export async function introspectToken(
  client: Client,
  token: string,
  hint?: 'access_token' | 'refresh_token',
): Promise<Introspection> {
  const as = await client.metadata()
  const additionalParameters = hint === undefined ? {} : { token_type_hint: hint }
  const body = await exchange(client, (options, { apply }) =>
    oauth.introspectionRequest(as, client.registration, apply, token, {
      ...options,
      additionalParameters,
    }),
  )
  const { fields } = body
  const active = fields?.['active']
  if (body.status !== 200 || fields === undefined || typeof active !== 'boolean') throw refusal(body, client.provider)
  const words = ['scope', 'client_id', 'username', 'sub', 'token_type'] as const
  const told = words.flatMap((name) => (text(fields[name]) === undefined ? [] : [[name, fields[name]]]))
  const { exp } = fields
  return quietly<Introspection>({
    active,
    ...(Object.fromEntries(told) as Record<string, string>),
    ...(typeof exp === 'number' ? { exp } : {}),
    raw: fields,
  })
}
