import { type Guidance, OAuthError, scrub } from '@evergrant/core'
import type { MailProtocol } from '../sasl/index.ts'
import { serverName } from '../wire/connection-failure.ts'
import type { SignIn } from './sign-in.ts'

/** How servers of other protocols begin. */
const others: readonly (readonly [protocol: string, begins: RegExp])[] = [
  ['imap', /^\* (?:OK|PREAUTH|BYE)\b/i],
  ['pop', /^\+OK\b/i],
  ['smtp', /^220[ -]/],
  ['http', /^HTTP\//],
  ['ssh', /^SSH-/],
]

const WRONG_PORT: Guidance = {
  class: 'configuration',
  who: 'person',
  advice: 'Check server and port: IMAP usually has 993 or 143, POP 995 or 110, SMTP 465 or 587.',
}
const BUSY: Guidance = {
  class: 'transient',
  who: 'provider',
  advice: 'The mail server takes no connection from here just now. Read its own words, and try again later.',
}

/** A first line that lets nobody in: of another protocol, or one that turns the connection away. */
export function badGreeting({ server, token }: SignIn, protocol: MailProtocol, line: string): OAuthError {
  const said = scrub(line.slice(0, 200), [token])
  const where = serverName(server)
  const details = { error_description: said }
  const other = others.find(([name, begins]) => name !== protocol && begins.test(line))?.[0]
  if (other !== undefined) {
    const message = `${where} answers in ${other.toUpperCase()}, and not in ${protocol.toUpperCase()}.`
    return new OAuthError('MAIL_ANSWER_INVALID', message, { ...details, guidance: WRONG_PORT })
  }
  if (/^(?:\* BYE|-ERR|[45]\d\d[ -])/i.test(line)) {
    const message = `${where} turns the connection away: ${said}`
    return new OAuthError('MAIL_SERVER_UNREACHABLE', message, { ...details, guidance: BUSY })
  }
  return new OAuthError('MAIL_ANSWER_INVALID', `${where} gave an unexpected answer: ${said}`, details)
}
