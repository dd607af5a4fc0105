import { OAuthError } from '@evergrant/core'

/** How a connection is protected: TLS from the first octet, STARTTLS that must succeed, or not at all. */
export type MailSecurity = 'tls' | 'starttls' | 'none'

/** A server of a mailbox. */
export interface MailServer {
  readonly host: string
  readonly port: number
  readonly security: MailSecurity
}

/** Whether a text is a host name or an address, and nothing that could be more than one. */
export function isHost(text: string): boolean {
  return (
    text.length <= 253 &&
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i.test(text)
  )
}

const schemes: Readonly<Record<string, { readonly port: number; readonly security: MailSecurity }>> = {
  'imaps:': { port: 993, security: 'tls' },
  'imap:': { port: 143, security: 'starttls' },
  'pops:': { port: 995, security: 'tls' },
  'pop:': { port: 110, security: 'starttls' },
  'smtps:': { port: 465, security: 'tls' },
  'smtp:': { port: 587, security: 'starttls' },
}

/**
 * A server from its address: `imaps://host[:993]` has TLS from the start, `imap://host[:143]` uses STARTTLS; likewise
 * `pop` and `smtp`. `?security=none` leaves TLS out, for this machine alone. Throws `INVALID_PARAMETER`.
 */
export function mailServer(address: string, protocol: 'imap' | 'pop' | 'smtp'): MailServer {
  const url = URL.canParse(address) ? new URL(address) : undefined
  const scheme =
    url?.protocol === `${protocol}:` || url?.protocol === `${protocol}s:` ? schemes[url.protocol] : undefined
  const wanted = `${protocol}s://host:port (TLS) or ${protocol}://host:port (STARTTLS)`
  if (url === undefined || scheme === undefined || !isHost(url.hostname) || url.username !== '' || url.password !== '')
    throw new OAuthError('INVALID_PARAMETER', `The ${protocol.toUpperCase()} server must be given as ${wanted}.`)
  const security = url.searchParams.get('security') === 'none' ? 'none' : scheme.security
  return secured({ host: url.hostname, port: url.port === '' ? scheme.port : Number(url.port), security })
}

/** Tokens and passwords go without TLS to this machine only. Throws `INSECURE_URL` otherwise. */
export function secured(server: MailServer): MailServer {
  if (server.security === 'none' && !/^(?:localhost|127(?:\.\d{1,3}){3})$/.test(server.host))
    throw new OAuthError('INSECURE_URL', `${server.host}: mail without TLS is for this machine only.`)
  return server
}
