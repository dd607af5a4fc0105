/**
 * Signing in to mailboxes over IMAP, POP3 and SMTP with access tokens, and proving that they can be used.
 *
 * @module
 */
export type { MailConnecting } from '../wire/connect.ts'
export type { MailTokens } from './open.ts'
export { openPop, type PopMailbox, type PopMessage, type PopOptions } from './pop-mailbox.ts'
export { technicalWords } from './technical-words.ts'
export { type MailAccount, type MailCheck, type VerifyOptions, verifyMail } from './verify.ts'
