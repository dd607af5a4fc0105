import type { MailHost } from '../api/types.ts'

/** A mail server in a line. */
export function hostText({ host, port, security }: MailHost): string {
  const secured = { tls: ' · TLS', starttls: ' · STARTTLS', none: '' }[security]
  return `${host}:${port}${secured}`
}
