import { type Clock, systemClock } from '../clock.ts'
import { bearerOnly } from './bearer-only.ts'
import type { Tokens } from './tokens.ts'

const INSTEAD = 'SASL knows bearer tokens alone (RFC 7628); give mail clients a source whose client has no `dpop`.'

/** `auth` of a nodemailer transport. */
export interface NodemailerAuth {
  type: 'OAuth2'
  user: string
  provisionCallback: (
    user: string,
    renew: boolean,
    done: (error: Error | null, accessToken?: string, expires?: number) => void,
  ) => void
}

/**
 * The `auth` of a nodemailer transport, also of a pool: it asks for a token whenever it opens a connection, and for a
 * newer one when the mail server refused the last. A bound token (DPoP) fails the connection with `NOT_SUPPORTED`.
 */
export function nodemailerAuth(
  source: Tokens,
  user: string,
  { clock = systemClock }: { readonly clock?: Clock | undefined } = {},
): NodemailerAuth {
  let last: string | undefined
  return {
    type: 'OAuth2',
    user,
    provisionCallback: (_, renew, done) => {
      source
        .token(renew ? { rejected: last } : undefined)
        .then((token) => {
          last = bearerOnly(token, INSTEAD)
          // Epoch milliseconds. Zero would mean for ever: then a dead token would be offered first after a long pause.
          return [last, (token.refresh_at ?? token.expires_at ?? clock.now() + 300) * 1000] as const
        })
        .then(
          ([token, expires]) => done(null, token, expires),
          (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
        )
    },
  }
}

/** `auth` of an imapflow connection. */
export interface ImapflowAuth {
  user: string
  accessToken: string
}

/**
 * The `auth` of one imapflow connection: a client is made for each connection, so ask for each. After the server refused
 * a token (`authenticationFailed` of imapflow's error), give it as `rejected` for the next attempt.
 * A bound token (DPoP) is refused with `NOT_SUPPORTED`.
 */
export async function imapflowAuth(source: Tokens, user: string, rejected?: string): Promise<ImapflowAuth> {
  const token = await source.token(rejected === undefined ? { minTtl: 60 } : { rejected })
  return { user, accessToken: bearerOnly(token, INSTEAD) }
}
