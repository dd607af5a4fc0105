import { OAuthError } from '../errors.ts'

/** RFC 6749 appendix A.12: printable ASCII. Anything else has no place in a header, and the platform's error would show it. */
export function isSendable(token: unknown): token is string {
  return typeof token === 'string' && /^[\x20-\x7e]+$/.test(token)
}

/** The value of the header (RFC 6750 §2.1). Throws `INVALID_ARGUMENT`, without the token, for one that cannot be sent. */
export function bearer(token: string): string {
  return `Bearer ${sendable(token)}`
}

/**
 * The token of a type that a bearer header can carry. Providers call theirs `bot`, `user` or `jwt` and mean Bearer; types
 * that need a proof of a key (MAC, PoP) do not. Throws `NOT_SUPPORTED` for these.
 */
export function bearable<T extends { readonly token_type?: string }>(token: T): T {
  if (!/^(?:mac|pop|hawk)$/i.test(token.token_type ?? '')) return token
  const message = `The access token is of the type ${token.token_type}, which needs a proof that cannot be made here. It was not sent.`
  throw new OAuthError('NOT_SUPPORTED', message, { outcome: 'not_sent' })
}

/** The token as it came. Throws `INVALID_ARGUMENT`, without the token, for one that cannot be sent. */
export function sendable(token: unknown): string {
  if (isSendable(token)) return token
  const message = 'The access token holds a line break or another character that no token has, or it is no text.'
  throw new OAuthError('INVALID_ARGUMENT', `${message} It was not sent.`, { outcome: 'not_sent' })
}
