import { type Clock, isOAuthError, OAuthError, scrub, systemClock } from '@evergrant/core'
import type { MailServer } from '../discovery/mail-server.ts'
import type { MailProtocol, SaslMechanism } from '../sasl/index.ts'
import type { MailConnecting } from '../wire/connect.ts'
import { connectionFailure } from '../wire/connection-failure.ts'
import type { Wire } from '../wire/wire.ts'
import { imapCommand } from './imap.ts'
import { mailGuidance } from './mail-refusal.ts'
import { type MailTokens, openMailbox } from './open.ts'
import { popCommand } from './pop.ts'
import type { SignIn } from './sign-in.ts'
import { smtpReply } from './smtp.ts'

/** A mailbox and its servers. For a shared mailbox `mailbox` is the shared address, and the tokens are a person's. */
export interface MailAccount {
  readonly mailbox: string
  readonly imap?: MailServer | undefined
  readonly pop?: MailServer | undefined
  readonly smtp?: MailServer | undefined
  /** How to sign in. Default: XOAUTH2 where the server offers it, else OAUTHBEARER. */
  readonly mechanism?: SaslMechanism | undefined
}

/** What one protocol's test found. */
export interface MailCheck {
  readonly protocol: MailProtocol
  readonly server: MailServer
  readonly ok: boolean
  /** What the server has: how many messages; that it would take mail. */
  readonly detail?: string | undefined
  readonly error?: OAuthError | undefined
}

/** How a mailbox is tested. */
export interface VerifyOptions extends MailConnecting {
  readonly clock?: Clock | undefined
  /** How often a mailbox that is "authenticated but not connected" is tried again, with growing pauses. Default 2. */
  readonly retries?: number | undefined
}

/**
 * Signs in at each server of a mailbox and uses it: IMAP selects INBOX, POP3 counts the messages, SMTP begins a mail from
 * the mailbox and takes it back. Nothing is sent, deleted or marked as read. A server that refuses is a finding, not an error.
 *
 * @example
 * ```ts
 * import type { TokenSource } from '@evergrant/core'
 * import { verifyMail } from '@evergrant/mail/sign-in'
 *
 * async function works(source: TokenSource): Promise<boolean> {
 *   const imap = { host: 'imap.example.org', port: 993, security: 'tls' } as const
 *   const checks = await verifyMail(source, { mailbox: 'alice@example.org', imap })
 *   return checks.every(({ ok }) => ok)
 * }
 * ```
 */
export async function verifyMail(
  source: MailTokens,
  account: MailAccount,
  options: VerifyOptions = {},
): Promise<readonly MailCheck[]> {
  const { clock = systemClock, retries = 2 } = options
  const checks: MailCheck[] = []
  for (const [protocol, use] of uses) {
    const server = account[protocol]
    if (server === undefined) continue
    for (let tries = 0; ; tries++) {
      const check = await checked(protocol, server, use, source, account, options)
      checks.push(check)
      if (tries >= retries || !notConnected(check.error)) break
      checks.pop()
      await clock.sleep(2 ** tries)
    }
  }
  return checks
}

/** Exchange may accept the token before the mailbox is there; for some accounts it never is, so it is tried a few times. */
function notConnected(error: OAuthError | undefined): boolean {
  return error?.code === 'MAIL_COMMAND_REFUSED' && /authenticated but not connected/i.test(error.message)
}

type Use = (wire: Wire, login: SignIn) => Promise<string>

const uses: readonly (readonly [MailProtocol, Use])[] = [
  [
    'imap',
    async (wire, login) => {
      const { untagged } = await imapCommand(wire, login, 'EXAMINE INBOX')
      const count = untagged.map((line) => /^\* (\d+) EXISTS$/i.exec(line)?.[1]).find((found) => found !== undefined)
      await wire.write('A LOGOUT\r\n')
      return `INBOX has ${count ?? 'an unknown number of'} messages`
    },
  ],
  [
    'pop',
    async (wire, login) => {
      const [count = '?'] = (await popCommand(wire, login, 'STAT')).split(' ')
      await wire.write('QUIT\r\n')
      return `${count} messages`
    },
  ],
  [
    'smtp',
    async (wire, login) => {
      await wire.write(`MAIL FROM:<${login.mailbox}>\r\n`)
      const { code, lines } = await smtpReply(wire, login)
      if (code !== 250) {
        const said = scrub(`${code} ${lines.join(' ').slice(0, 300)}`, [login.token])
        const message = `The server signed ${login.mailbox} in, but takes no mail from it: ${said}`
        const guidance = mailGuidance(said, 'MAIL FROM')
        throw new OAuthError('MAIL_COMMAND_REFUSED', message, { error_description: said, guidance })
      }
      await wire.write('RSET\r\nQUIT\r\n')
      return `takes mail from ${login.mailbox}`
    },
  ],
]

async function checked(
  protocol: MailProtocol,
  server: MailServer,
  use: Use,
  source: MailTokens,
  { mailbox, mechanism }: MailAccount,
  connecting: MailConnecting,
): Promise<MailCheck> {
  let wire: Wire | undefined
  try {
    const opened = await openMailbox(protocol, source, { server, mailbox, mechanism }, connecting)
    wire = opened.wire
    return { protocol, server, ok: true, detail: await use(wire, opened.login) }
  } catch (error) {
    return { protocol, server, ok: false, error: isOAuthError(error) ? error : connectionFailure(error, server) }
  } finally {
    wire?.end()
  }
}
