import { type Guidance, OAuthError, scrub } from '@evergrant/core'
import type { MailServer } from '../discovery/mail-server.ts'
import type { SaslFailure } from '../sasl/index.ts'
import { serverName } from '../wire/connection-failure.ts'

/** What refusals of a sign-in mean that are not about the token. The special before the general. */
const meanings: readonly (readonly [sign: RegExp, guidance: Guidance])[] = [
  [
    /SmtpClientAuthentication/i,
    {
      class: 'configuration',
      who: 'administrator',
      advice:
        'The token is not at fault: SMTP AUTH is switched off for this mailbox or its organisation. Whoever administers the mailboxes can switch it on.',
    },
  ],
  [
    /\b5\.7\.139\b/,
    {
      class: 'configuration',
      who: 'administrator',
      advice:
        'The organisation’s rules do not allow this sign-in. Whoever administers the mailboxes can tell which rule it is, and allow it.',
    },
  ],
  [
    /not enabled for (?:IMAP|POP)|\b(?:IMAP|POP3?|protocol)(?: access)? (?:is )?(?:disabled|turned off)/i,
    {
      class: 'configuration',
      who: 'person',
      advice:
        'The protocol is switched off for this mailbox. Switch it on in the settings of the mailbox at its provider, or ask its administrator.',
    },
  ],
  [
    /\[(?:LIMIT|INUSE|IN-USE|LOGIN-DELAY)[\s\]]|too many|rate.?limit|throttl|bandwidth|\b4\.7\.(?:28|30)\b/i,
    {
      class: 'transient',
      who: 'provider',
      advice:
        'The mail server has too many connections or sign-ins from here. Close other mail programs, and try again later.',
    },
  ],
  [
    /\[(?:UNAVAILABLE|SERVERBUG|SYS\/TEMP)\]|^4\d\d\b|temporar|try again later/i,
    {
      class: 'transient',
      who: 'provider',
      advice: 'The mail server cannot check sign-ins just now; the token is not at fault. Try again later.',
    },
  ],
]

const TOO_SMALL: Guidance = {
  class: 'consent',
  who: 'person',
  advice: 'What was allowed does not include mail. Connect again and allow it.',
}

/** The server does not sign in. `words`: its own; `failure`: what its challenge told (RFC 7628 §3.2.2). */
export function loginRefusal(
  { server, mailbox, token }: { readonly server: MailServer; readonly mailbox: string; readonly token: string },
  words: string,
  failure?: SaslFailure,
): OAuthError {
  const said = scrub(words.slice(0, 500), [token])
  const why = failure === undefined ? '' : ` (${failure.status}${failure.scope ? `, scope ${failure.scope}` : ''})`
  const message = `${serverName(server)} refused to open ${mailbox}: ${said}${why}`
  const known = meanings.find(([sign]) => sign.test(said))?.[1]
  const guidance = failure?.status === 'insufficient_scope' ? TOO_SMALL : known
  return new OAuthError('MAIL_LOGIN_REFUSED', message, { error: failure?.status, error_description: said, guidance })
}

/** The server knows no way to sign in with a token. */
export function noTokens(server: MailServer, protocol: string, offered: readonly string[]): OAuthError {
  const only = scrub(offered.join(', ').slice(0, 200))
  const where = serverName(server)
  const message =
    only === ''
      ? `${where} offers no way to sign in for ${protocol.toUpperCase()}.`
      : `${where} offers neither XOAUTH2 nor OAUTHBEARER for ${protocol.toUpperCase()}, only ${only}.`
  const hidden = server.security === 'none'
  const advice = hidden
    ? 'Many servers offer them after TLS alone: set TLS or STARTTLS. Otherwise whoever runs the mail server has to switch one of them on.'
    : 'The sign-in is not at fault: the mail server takes no access tokens. Whoever runs it has to switch XOAUTH2 or OAUTHBEARER on.'
  const guidance: Guidance = { class: 'configuration', who: hidden ? 'person' : 'provider', advice }
  return new OAuthError('MAIL_LOGIN_REFUSED', message, { guidance })
}
