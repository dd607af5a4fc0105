import { encodeBase64 } from './base64.ts'
import { checkedToken, checkedUser } from './checked.ts'

/**
 * The initial response of SASL XOAUTH2, in base64: what follows `AUTH XOAUTH2` or `AUTHENTICATE XOAUTH2`.
 *
 * `mailbox` is the mailbox to open. For a shared mailbox it is the shared address, while the token is the person's.
 * Throws `INVALID_ARGUMENT` when a part contains a character that could end its field.
 *
 * @see https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
 *
 * @example
 * ```ts
 * import { xoauth2 } from '@evergrant/mail/sasl'
 *
 * const line = `AUTH XOAUTH2 ${xoauth2('alice@example.org', 'access-token')}\r\n`
 * ```
 */
export function xoauth2(mailbox: string, token: string): string {
  return encodeBase64(`user=${checkedUser(mailbox)}\u0001auth=Bearer ${checkedToken(token)}\u0001\u0001`)
}
