import { OAuthError, scrub } from '@evergrant/core'
import type { MailServer } from '../discovery/mail-server.ts'
import type { SaslExchange } from '../sasl/index.ts'
import { chooseMechanism, type MailProtocol, type SaslMechanism, saslExchange } from '../sasl/index.ts'
import type { MailConnecting } from '../wire/connect.ts'
import { serverName } from '../wire/connection-failure.ts'
import type { Wire } from '../wire/wire.ts'
import { noTokens } from './login-refusal.ts'

/** One sign-in: whose mailbox, with which token, at which server. */
export interface SignIn extends MailConnecting {
  readonly server: MailServer
  readonly mailbox: string
  readonly token: string
  /** Default: the first that the server offers. */
  readonly mechanism?: SaslMechanism | undefined
}

/** Brings a new connection to the point where the mailbox is open; rejects with why it is not. */
export type SignsIn = (wire: Wire, login: SignIn) => Promise<void>

/** The longest line of a server's that is read while signing in. */
export const LONGEST_ANSWER = 65_536

/** The next line of the server's. */
export async function answer(wire: Wire, { server }: SignIn): Promise<string> {
  const line = await wire.line(LONGEST_ANSWER)
  if (line === undefined)
    throw new OAuthError('MAIL_SERVER_UNREACHABLE', `${serverName(server)} closed the connection while signing in.`)
  return line
}

/** An answer that is none of this protocol. */
export function unreadable({ server, token }: SignIn, line: string): OAuthError {
  const words = scrub(line.slice(0, 200), [token])
  return new OAuthError('MAIL_ANSWER_INVALID', `${serverName(server)} gave an unexpected answer: ${words}`)
}

/** The messages for the mechanism, which must be one that the server offers. */
export function exchangeFor(login: SignIn, offered: readonly string[], protocol: MailProtocol): SaslExchange {
  const { server, mailbox, token } = login
  const mechanism = chooseMechanism(login.mechanism === undefined ? offered : [login.mechanism])
  if (mechanism === undefined) throw noTokens(server, protocol, offered)
  return saslExchange(mechanism, { mailbox, token, host: server.host, port: server.port })
}
