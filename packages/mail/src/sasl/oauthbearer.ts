import { OAuthError } from '@evergrant/core'
import { encodeBase64 } from './base64.ts'
import { checkedToken, checkedUser } from './checked.ts'

/** The server that a message is for. Given, both must be those of the real connection: servers compare them. */
export interface SaslServer {
  readonly host?: string | undefined
  readonly port?: number | undefined
}

/**
 * The initial response of SASL OAUTHBEARER, in base64.
 *
 * `mailbox` is the authorization identity: the mailbox to open; undefined leaves it to the token.
 * Throws `INVALID_ARGUMENT` when a part contains a character that could end its field.
 *
 * @see RFC 7628 §3.1, RFC 5801 §4
 *
 * @example
 * ```ts
 * import { oauthBearer } from '@evergrant/mail/sasl'
 *
 * const line = `a1 AUTHENTICATE OAUTHBEARER ${oauthBearer('alice@example.org', 'access-token')}\r\n`
 * ```
 */
export function oauthBearer(mailbox: string | undefined, token: string, { host, port }: SaslServer = {}): string {
  // RFC 5801 §4: "=" first, or the one of "=2C" would be encoded again.
  const name = mailbox === undefined ? '' : `a=${checkedUser(mailbox).replaceAll('=', '=3D').replaceAll(',', '=2C')}`
  if (host !== undefined && !/^[\x21-\x7e]{1,255}$/.test(host))
    throw new OAuthError('INVALID_ARGUMENT', 'The host name contains a character that SASL cannot carry.')
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536))
    throw new OAuthError('INVALID_ARGUMENT', 'The port must be a whole number from 1 to 65535.')
  const fields = [
    `n,${name},`,
    ...(host === undefined ? [] : [`host=${host}`]),
    ...(port === undefined ? [] : [`port=${port}`]),
    `auth=Bearer ${checkedToken(token)}`,
  ]
  return encodeBase64(`${fields.join('\u0001')}\u0001\u0001`)
}
