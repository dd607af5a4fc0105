import { type AccessToken, type Clock, isOAuthError, type OAuthError, systemClock } from '@evergrant/core'
import type { SendMailOptions, SentMessageInfo, Transporter } from 'nodemailer'
import type SMTPPool from 'nodemailer/lib/smtp-pool'
import { type MailServer, secured } from '../discovery/mail-server.ts'
import type { SentCopy } from '../discovery/sent-copy.ts'
import type { SaslMechanism } from '../sasl/index.ts'
import { loginRefusal } from '../sign-in/login-refusal.ts'
import { mailRefusal, type RefusedAt } from '../sign-in/mail-refusal.ts'
import type { MailTokens } from '../sign-in/open.ts'
import { connectSocket, type MailConnecting } from '../wire/connect.ts'
import { connectionFailure } from '../wire/connection-failure.ts'
import type { ImapMailbox } from './imap-mailbox.ts'
import { renewalAt } from './renewal.ts'
import { appendSent } from './sent-folder.ts'
import { smtpAuth } from './smtp-auth.ts'

/** The mailbox to send from. For a shared mailbox `mailbox` is the shared address, and the tokens are a person's. */
export interface SmtpAccount {
  readonly mailbox: string
  readonly smtp: MailServer
  /** How to sign in. Default XOAUTH2. */
  readonly mechanism?: SaslMechanism | undefined
}

/** How mail is sent. */
export interface SmtpSenderOptions extends MailConnecting {
  readonly clock?: Clock | undefined
  /** From 0 up to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined
  /** Connections at a time. Default 2. */
  readonly maxConnections?: number | undefined
  /**
   * Who saves what was sent, and the mailbox to save it in when that is us. Of `sentCopy(preset)`. Default: nobody here.
   */
  readonly sent?: { readonly by: SentCopy; readonly mailbox: ImapMailbox } | undefined
}

/** Somebody for whom the server did not take a mail that it took for others. */
export interface RefusedRecipient {
  readonly address: string
  /** `MAIL_NOT_ACCEPTED`. */
  readonly error: OAuthError
}

/** What became of a mail. */
export interface Sent {
  /** Nodemailer's own account of it. */
  readonly info: SentMessageInfo
  /** For whom the server did not take it, while it took it for others; empty when it took it for all. */
  readonly refused: readonly RefusedRecipient[]
  /** Where the copy is that was saved here; undefined when the server saves it, or nobody does. */
  readonly copy?: string | undefined
  /** Why no copy could be saved. The mail is on its way all the same: do not send it again. */
  readonly copyError?: Error | undefined
}

/** Sends mail from one mailbox, beyond the end of its access tokens. */
export interface SmtpSender extends AsyncDisposable {
  /**
   * Sends one mail; `from` is the mailbox unless it is given. Rejects when the server took it for nobody: with
   * `MAIL_NOT_ACCEPTED`, whose advice tells whether it is the recipient, the size, a limit or the sender, and whose cause is
   * nodemailer's error; with `MAIL_LOGIN_REFUSED`, `MAIL_NOT_SECURED`, `MAIL_SERVER_UNREACHABLE`, or what the token source
   * fails with. Several at once share a pool of connections.
   */
  send(mail: SendMailOptions): Promise<Sent>
  /** Waits for what is being sent, then ends the connections. */
  close(): Promise<void>
}

interface Pool {
  readonly transport: Transporter<SentMessageInfo>
  readonly renewal: number | undefined
  sending: number
  retired: boolean
}

/**
 * Sends mail with nodemailer. Connections are replaced before the token ends that they signed in with. Needs the package
 * `nodemailer`. It signs in with XOAUTH2 unless `mechanism` says otherwise.
 *
 * @example
 * ```ts
 * import type { TokenSource } from '@evergrant/core'
 * import { smtpSender } from '@evergrant/mail/clients'
 *
 * async function greet(source: TokenSource): Promise<void> {
 *   const smtp = { host: 'smtp.example.org', port: 587, security: 'starttls' } as const
 *   await using sender = smtpSender(source, { mailbox: 'alice@example.org', smtp })
 *   await sender.send({ to: 'bob@example.org', subject: 'Hello', text: 'Hello Bob' })
 * }
 * ```
 */
export function smtpSender(
  source: MailTokens,
  { mailbox, smtp, mechanism }: SmtpAccount,
  options: SmtpSenderOptions = {},
): SmtpSender {
  const { clock = systemClock, random = Math.random, maxConnections = 2, ca, timeout = 30, lookup, sent } = options
  const { host, port, security } = secured(smtp)
  let current: Pool | undefined
  const pools = new Set<Pool>()
  const idle: (() => void)[] = []

  // Nodemailer resolves names by itself; nobody can have a say in that but by connecting in its place.
  const getSocket: NonNullable<SMTPPool.Options['getSocket']> = (_, done) => {
    connectSocket(smtp, { timeout, lookup }, false).then(
      (connection) => done(null, { connection }),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), undefined),
    )
  }

  const leave = (pool: Pool): void => {
    pool.retired = true
    if (pool.sending > 0) return
    pool.transport.close()
    pools.delete(pool)
    if (pools.size === 0) for (const resolve of idle.splice(0)) resolve()
  }

  const pool = async (token: AccessToken): Promise<Pool> => {
    if (current !== undefined && (current.renewal === undefined || clock.now() < current.renewal)) return current
    const { createTransport } = (await import('nodemailer')).default
    // Another caller may have been first.
    if (current !== undefined && (current.renewal === undefined || clock.now() < current.renewal)) return current
    const transport = createTransport({
      pool: true,
      maxConnections,
      host,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      connectionTimeout: timeout * 1000,
      greetingTimeout: timeout * 1000,
      ...(ca === undefined ? {} : { tls: { ca } }),
      getSocket,
      ...smtpAuth(source, mailbox, { mechanism, host, port, clock }),
    })
    const next = { transport, renewal: renewalAt(token, clock.now(), random()), sending: 0, retired: false }
    const before = current
    current = next
    pools.add(next)
    if (before !== undefined) leave(before)
    return next
  }

  return {
    async send(mail) {
      // First, so that a grant that needs its person says so in its own words and not in nodemailer's.
      const token = await source.token({ minTtl: 60 })
      const used = await pool(token)
      used.sending += 1
      try {
        // Composed once: what is saved is what was sent, with the same Message-ID and Date.
        const { raw, envelope, messageId } = await composed({ from: mailbox, ...mail })
        const answer = await used.transport.sendMail({ raw, envelope }).catch((error: unknown) => {
          throw smtpFailure(error, smtp, mailbox, token.access_token)
        })
        // Nodemailer does not read what is raw, and makes up a Message-ID for its answer.
        const info = { ...answer, messageId }
        const refused = refusedRecipients(info)
        if (sent?.by !== 'client') return { info, refused }
        try {
          return { info, refused, copy: await appendSent(sent.mailbox, raw) }
        } catch (error) {
          return { info, refused, copyError: error instanceof Error ? error : new Error(String(error)) }
        }
      } finally {
        used.sending -= 1
        if (used.retired) leave(used)
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  }

  async function close(): Promise<void> {
    for (const one of [...pools]) leave(one)
    current = undefined
    if (pools.size > 0) await new Promise<void>((resolve) => idle.push(resolve))
  }
}

interface Composed {
  readonly raw: Buffer
  readonly envelope: { readonly from: string; readonly to: string[] }
  readonly messageId: string
}

async function composed(mail: SendMailOptions): Promise<Composed> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
  const message = new MailComposer(mail).compile()
  const envelope = message.getEnvelope()
  const messageId = message.messageId()
  return { raw: await message.build(), envelope: { from: envelope.from || '', to: envelope.to }, messageId }
}

function smtpFailure(error: unknown, server: MailServer, mailbox: string, token: string): OAuthError {
  const cause = error instanceof Error ? error : new Error(String(error))
  if (isOAuthError(cause)) return cause
  const failure: Failure = cause
  const { response, code, command, rejected = [] } = failure
  const said = typeof response === 'string' ? response : cause.message
  if (code === 'EAUTH') return loginRefusal({ server, mailbox, token }, said)
  // Of TLS, the server's words tell less than nodemailer's.
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE' && (code === 'ETLS' || typeof response !== 'string'))
    return connectionFailure(cause, server)
  const at = REFUSED_AT.find((one) => one === command)
  return mailRefusal(said, { at, recipients: rejected.map(String), cause })
}

/** What nodemailer's errors carry. */
interface Failure extends Error {
  readonly code?: unknown
  readonly command?: unknown
  readonly response?: unknown
  readonly rejected?: readonly unknown[]
  readonly recipient?: unknown
}

const REFUSED_AT: readonly RefusedAt[] = ['MAIL FROM', 'RCPT TO', 'DATA']

function refusedRecipients({ rejectedErrors = [] }: SentMessageInfo): RefusedRecipient[] {
  return rejectedErrors.map((cause: Failure) => {
    const address = String(cause.recipient ?? '')
    const said = typeof cause.response === 'string' ? cause.response : cause.message
    return { address, error: mailRefusal(said, { at: 'RCPT TO', recipients: [address], cause }) }
  })
}
