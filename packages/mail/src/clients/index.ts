/**
 * Mail with imapflow and nodemailer that goes on beyond the end of its access tokens. Both are optional peers of this package.
 *
 * @module
 */
export {
  type ImapAccount,
  type ImapEvent,
  type ImapMailbox,
  type ImapMailboxOptions,
  imapMailbox,
} from './imap-mailbox.ts'
export { renewalAt } from './renewal.ts'
export { appendSent } from './sent-folder.ts'
export {
  type RefusedRecipient,
  type Sent,
  type SmtpAccount,
  type SmtpSender,
  type SmtpSenderOptions,
  smtpSender,
} from './smtp-sender.ts'
export type { MailboxChange } from './watch.ts'
