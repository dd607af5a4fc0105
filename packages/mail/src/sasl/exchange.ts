import { OAuthError } from '@evergrant/core'
import { oauthBearer } from './oauthbearer.ts'
import { xoauth2 } from './xoauth2.ts'

/** The SASL mechanisms that carry an access token. */
export type SaslMechanism = 'XOAUTH2' | 'OAUTHBEARER'

/** The mail protocols that SASL is used in here. */
export type MailProtocol = 'imap' | 'pop' | 'smtp'

/** What one sign-in sends. Everything is base64, ready for the wire. */
export interface SaslExchange {
  readonly mechanism: SaslMechanism
  readonly initial: string
  /**
   * The answer to an error challenge, after which the server ends the exchange with its refusal. XOAUTH2 wants an empty
   * line; OAUTHBEARER one 0x01 (RFC 7628 §3.2.3).
   */
  readonly acknowledge: '' | 'AQ=='
}

/** Whose mailbox, with what, where. */
export interface SaslLogin {
  readonly mailbox: string
  readonly token: string
  /** Host of the connection; sent by OAUTHBEARER alone. */
  readonly host?: string | undefined
  readonly port?: number | undefined
}

/** Makes the messages of one sign-in. Pure; throws `INVALID_ARGUMENT` for what a protocol line cannot carry. */
export function saslExchange(mechanism: SaslMechanism, { mailbox, token, host, port }: SaslLogin): SaslExchange {
  return mechanism === 'XOAUTH2'
    ? { mechanism, initial: xoauth2(mailbox, token), acknowledge: '' }
    : { mechanism, initial: oauthBearer(mailbox, token, { host, port }), acknowledge: 'AQ==' }
}

/**
 * The mechanism to use with a server that offers these (in any letter case); undefined when it offers none. XOAUTH2 comes
 * first: whoever offers both takes it, and it has no host and port for the two sides to disagree about.
 */
export function chooseMechanism(offered: Iterable<string>): SaslMechanism | undefined {
  const names = new Set(Array.from(offered, (name) => name.toUpperCase()))
  return (['XOAUTH2', 'OAUTHBEARER'] as const).find((mechanism) => names.has(mechanism))
}

/**
 * Octets of a command line and of a response line, both with their CRLF. SMTP: RFC 5321 §4.5.3.1.4, RFC 4954 §4. POP3:
 * RFC 2449 §4, RFC 5034 §4. IMAP sets none; servers take 8,192 at least (RFC 7162 §4).
 */
const limits: Readonly<Record<MailProtocol, { readonly command: number; readonly response: number }>> = {
  smtp: { command: 512, response: 12_288 },
  pop: { command: 255, response: 12_288 },
  imap: { command: 8192, response: 65_536 },
}

/**
 * The lines that a client sends to sign in, without CRLF: one where the message fits on the command's line, two where
 * the server has to ask for it first. Between the two the client waits for the server's prompt (`+` or `334`).
 *
 * `command` is what stands before the message, such as `AUTH XOAUTH2`. `inline` says whether the server takes a message on
 * that line: for IMAP only with SASL-IR (RFC 4959). Default true for SMTP, false otherwise: some POP3 servers take two lines alone.
 * Throws `INVALID_ARGUMENT` when the message is longer than the protocol allows.
 */
export function saslLines(
  protocol: MailProtocol,
  command: string,
  { initial }: Pick<SaslExchange, 'initial'>,
  { inline = protocol === 'smtp' }: { readonly inline?: boolean | undefined } = {},
): readonly [string] | readonly [string, string] {
  const limit = limits[protocol]
  const whole = `${command} ${initial}`
  if (inline && whole.length + 2 <= limit.command) return [whole]
  if (initial.length + 2 > limit.response) {
    const message = `The access token is too long for ${protocol.toUpperCase()}: ${initial.length} octets of at most ${limit.response - 2}.`
    throw new OAuthError('INVALID_ARGUMENT', message)
  }
  return [command, initial]
}
