import { OAuthError } from '@evergrant/core'
import { createTransport } from 'nodemailer'

/** A mail from the server to a person. */
export interface ServerMail {
  /** The same for each attempt: a mailbox that got it twice can tell. */
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** Sends mail to people. Rejects with what the mail server said. */
export interface MailSender {
  send(mail: ServerMail): Promise<void>
  close(): void
}

/** Milliseconds for each step of a conversation with the mail server: shorter than the lease of a message. */
const PATIENCE = 10_000

/**
 * Mail by an SMTP server (`smtp://user:password@host:587`, `smtps://host`). Without `smtps` the connection is upgraded
 * (STARTTLS) where the server offers it, and has to be when a password is sent anywhere but to this machine.
 */
export function mailSender(address: string, from: string): MailSender {
  const url = new URL(address)
  const secret = url.username !== ''
  const here = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  const transport = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (url.protocol === 'smtps:' ? 465 : 587) : Number(url.port),
    secure: url.protocol === 'smtps:',
    requireTLS: url.protocol === 'smtp:' && secret && !here,
    // This machine's own server has no certificate that anybody could check.
    ignoreTLS: url.protocol === 'smtp:' && here && !secret,
    ...(secret ? { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } } : {}),
    connectionTimeout: PATIENCE,
    greetingTimeout: PATIENCE,
    socketTimeout: PATIENCE * 2,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost'
  return {
    async send({ id, to, subject, text }) {
      await transport.sendMail({
        from,
        to: { name: '', address: to },
        subject,
        text,
        messageId: `<${id}@${domain}>`,
        // RFC 3834: nobody's holiday notice answers it.
        headers: { 'auto-submitted': 'auto-generated' },
      })
    },
    close: () => transport.close(),
  }
}

/** Throws `INVALID_SETTING` unless mail can be sent with these; undefined when neither is set. */
export function assertMailSettings(address: string | undefined, from: string | undefined): void {
  if (address === undefined && from === undefined) return
  const url = address !== undefined && URL.canParse(address) ? new URL(address) : undefined
  // Not repeated: it may have a password in it.
  if (url === undefined || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') {
    const message =
      'EVERGRANT_SMTP_URL cannot be used: it should be like smtp://user:password@mail.example.com:587, or smtps://….'
    throw new OAuthError('INVALID_SETTING', message)
  }
  if (from === undefined || !/^(?:[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/.test(from)) {
    const message = `EVERGRANT_MAIL_FROM is "${from ?? ''}", and should be the address that mail comes from, such as Evergrant <evergrant@example.com>.`
    throw new OAuthError('INVALID_SETTING', message)
  }
}
