import { counted, OAuthError } from '@evergrant/core'

/** A local part of 64 and a domain of 255 octets, and the sign between (RFC 5321 §4.5.3.1). */
const LONGEST_NAME = 320

/**
 * A user or mailbox name that may go into a protocol line. A control character in it could end the line, or a field of
 * the SASL message, and begin a command of somebody else's choice.
 */
export function checkedUser(user: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(user))
    throw new OAuthError('INVALID_ARGUMENT', 'The mailbox name contains a control character.')
  if (user === '' || user.length > LONGEST_NAME)
    throw new OAuthError('INVALID_ARGUMENT', `The mailbox name must have 1 to ${counted(LONGEST_NAME, 'character')}.`)
  return user
}

/** RFC 7628 §3.1: visible ASCII. Everything else about a token is the provider's affair. */
export function checkedToken(token: string): string {
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new OAuthError('INVALID_ARGUMENT', 'The access token contains a character that SASL cannot carry.')
  return token
}
