import { OAuthError } from '../errors.ts'

/** True for `localhost`, 127.0.0.0/8 and ::1: addresses that never leave the machine. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || hostname === '::1' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
  )
}

/**
 * The address as a URL, when it may be used: https, or plain http on a loopback host (RFC 9700 §2.6).
 * Throws `INVALID_ARGUMENT` or `INSECURE_URL`, naming `what` it is the address of.
 */
export function assertSecureUrl(address: string, what: string): URL {
  const url = parsed(address)
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new OAuthError('INVALID_ARGUMENT', `${what}: "${address}" is not a web address (https://…).`)
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new OAuthError(
      'INSECURE_URL',
      `${what}: ${url.origin} is plain http, and ${url.hostname} is not this machine.`,
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw new OAuthError('INVALID_ARGUMENT', `${what}: the address must not carry a user name or password.`)
  }
  return url
}

/** Parsed once: `canParse` before it would be a second time. */
function parsed(address: string): URL | undefined {
  try {
    return new URL(address)
  } catch {
    return undefined
  }
}
