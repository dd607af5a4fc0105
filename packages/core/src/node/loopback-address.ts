import { OAuthError } from '../errors.ts'
import { isLoopback } from '../http/secure-url.ts'

/** Where a loopback redirect is expected (RFC 8252 §7.3). */
export interface LoopbackAddress {
  /** Addresses to listen on. The first has to work; the others are tried on the same port. */
  readonly hosts: readonly string[]
  /** 0: any that is free. */
  readonly port: number
  readonly path: string
  /** The redirect URI with the port that was got; every other byte is as it was given. */
  uri(port: number): string
}

/** What is listened on when no redirect URI is given; an IP literal, because a name may resolve elsewhere (RFC 8252 §8.3). */
export const DEFAULT_REDIRECT = 'http://127.0.0.1/callback'

/** The same on machines without IPv4 loopback. */
export const DEFAULT_REDIRECT_6 = 'http://[::1]/callback'

const PARTS = /^(http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]))(?::(\d{1,5}))?((?:\/[^?#]*)?)(\?[^#]*)?$/i

/**
 * Reads a redirect URI that this program can listen on. Without a port any free one is used, which providers allow
 * for loopback addresses. Throws `INVALID_ARGUMENT` for one that it cannot listen on.
 */
export function loopbackAddress(redirectUri: string): LoopbackAddress {
  const [, origin, port, path = '', query = ''] = PARTS.exec(redirectUri) ?? []
  if (origin === undefined || !URL.canParse(redirectUri) || Number(port ?? 0) > 65535) {
    const why = isElsewhere(redirectUri) ? 'does not lead to this machine' : 'is none that can be listened on'
    const message = `The redirect URI ${redirectUri} ${why}; one such as http://127.0.0.1/callback is needed.`
    throw new OAuthError('INVALID_ARGUMENT', message)
  }
  const { hostname } = new URL(origin)
  const literal = hostname.replace(/^\[|\]$/g, '')
  return {
    hosts: hostname === 'localhost' ? ['127.0.0.1', '::1'] : [literal],
    port: Number(port ?? 0),
    path: path || '/',
    uri: (got) => `${origin}:${got}${path}${query}`,
  }
}

function isElsewhere(redirectUri: string): boolean {
  return URL.canParse(redirectUri) && !isLoopback(new URL(redirectUri).hostname)
}
