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

/**
 * Throws `INVALID_ARGUMENT` for a redirect URI that no answer may go to: one with a fragment (RFC 6749 §3.1.2), which would
 * end up behind the code, and one that a browser runs or opens as a page of its own. The schemes of native programs
 * (`com.example.app:/callback`, RFC 8252 §7.1) are fine.
 */
export function assertReturnable(redirect_uri: string): void {
  // As a browser reads it: without blanks before it, and its scheme in small letters.
  if (!/^(?:javascript|vbscript|data|blob|file):|#/.test(parsed(redirect_uri)?.href ?? '')) return
  const message = `The redirect URI "${redirect_uri}" has a fragment, or is of a kind that no answer may go to.`
  throw new OAuthError('INVALID_ARGUMENT', message)
}

/** Parsed once: `canParse` before it would be a second time. */
function parsed(address: string): URL | undefined {
  try {
    return new URL(address)
  } catch {
    return undefined
  }
}
