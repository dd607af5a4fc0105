import { type AccessToken, isOAuthError, OAuthError, type TokenSource, type Want } from '@evergrant/core'
import type { MailServer } from '../discovery/mail-server.ts'
import type { MailProtocol, SaslMechanism } from '../sasl/index.ts'
import { connectMail, type MailConnecting } from '../wire/connect.ts'
import { connectionFailure } from '../wire/connection-failure.ts'
import type { Wire } from '../wire/wire.ts'
import { signInImap } from './imap.ts'
import { signInPop } from './pop.ts'
import type { SignIn, SignsIn } from './sign-in.ts'
import { signInSmtp } from './smtp.ts'

/** What a mail connection needs of a token source. */
export type MailTokens = Pick<TokenSource, 'token'>

const ways: Readonly<Record<MailProtocol, SignsIn>> = { imap: signInImap, pop: signInPop, smtp: signInSmtp }

/** Seconds that a token should last when a connection begins. */
const FRESH = 60

/** A signed-in connection. */
export interface OpenMailbox {
  readonly wire: Wire
  readonly login: SignIn
  /** When its token ends, in epoch seconds. */
  readonly expires_at?: number | undefined
}

/** Which mailbox, where, and how to sign in. */
export interface MailboxAt {
  readonly server: MailServer
  readonly mailbox: string
  readonly mechanism?: SaslMechanism | undefined
  readonly want?: Want | undefined
}

/**
 * Connects to a mailbox and signs in. When the server refuses the token, once more with a newer one if there is one: a
 * refusal of that is final. `want` goes with every request for a token.
 */
export async function openMailbox(
  protocol: MailProtocol,
  source: MailTokens,
  at: MailboxAt,
  connecting: MailConnecting = {},
): Promise<OpenMailbox> {
  const { server, mailbox, mechanism, want } = at
  const login = { ...connecting, server, mailbox, mechanism }
  const first = await source.token({ minTtl: FRESH, ...want })
  const token = bearer(first)
  try {
    return { ...(await attempt(protocol, { ...login, token })), expires_at: first.expires_at }
  } catch (error) {
    // Only a refusal of the token is mended by another one.
    if (!isOAuthError(error) || error.code !== 'MAIL_LOGIN_REFUSED' || error.class !== 'consent') throw error
    // A scope that is too small is the same in the next token.
    if (error.error === 'insufficient_scope') throw error
    const newer = await source.token({ ...want, rejected: token })
    if (newer.access_token === token) throw error
    const opened = await attempt(protocol, { ...login, token: bearer(newer) })
    return { ...opened, expires_at: newer.expires_at }
  }
}

function bearer({ access_token }: Pick<AccessToken, 'access_token'>): string {
  if (access_token === '') throw new OAuthError('TOKEN_MISSING', 'The token source gave an empty token.')
  return access_token
}

async function attempt(protocol: MailProtocol, login: SignIn): Promise<{ wire: Wire; login: SignIn }> {
  const wire = await connectMail(login.server, login)
  try {
    await ways[protocol](wire, login)
    return { wire, login }
  } catch (error) {
    wire.destroy()
    throw connectionFailure(error, login.server)
  }
}
