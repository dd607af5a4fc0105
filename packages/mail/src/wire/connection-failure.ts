import { type ErrorCode, type Guidance, OAuthError, scrub } from '@evergrant/core'
import type { MailServer } from '../discovery/mail-server.ts'
import { Silence, Unframed } from './wire.ts'

/** What a failure of the network or of TLS means, and who mends it. */
interface Meaning {
  /** Found in the failure's code and message. */
  readonly sign: RegExp
  readonly code: ErrorCode
  readonly message: string
  readonly guidance: Guidance
}

/** Ports on which TLS begins with the connection (RFC 8314 §7). */
const TLS_PORTS: ReadonlySet<number> = new Set([465, 993, 995])

export const serverName = ({ host, port }: MailServer): string => `${host}:${port}`

/**
 * What went wrong on the way to a mail server, in words: which setting, certificate or network it is, and who mends it. The
 * words of the network, of TLS or of a library stay in `error` and `error_description`. An error of ours stays as it is.
 */
export function connectionFailure(error: unknown, server: MailServer): OAuthError {
  if (error instanceof OAuthError) return error
  const cause = error instanceof Error ? error : new Error(String(error))
  const where = serverName(server)
  if (cause instanceof Unframed)
    return new OAuthError('MAIL_ANSWER_INVALID', `${where} does not speak this protocol: ${cause.message}.`, { cause })
  const said = scrub(wordsOf(cause).slice(0, 500))
  const code = codeOf(cause)
  const details = { cause, error: code, error_description: said }
  // A library may have its own code in front of the system's; the words are the same.
  const known = meanings(where, server, namesIn(said)).find(({ sign }) => sign.test(`${code ?? ''} ${said}`))
  if (known !== undefined) return new OAuthError(known.code, known.message, { ...details, guidance: known.guidance })
  if (/\b(?:ERR_SSL|ERR_TLS|EPROTO|ETLS)|SSL routines|\bTLS\b/.test(`${code ?? ''} ${said}`))
    return new OAuthError('MAIL_NOT_SECURED', `TLS with ${where} failed.`, details)
  return new OAuthError('MAIL_SERVER_UNREACHABLE', `${where} cannot be reached.`, details)
}

/** STARTTLS was refused: nothing is sent without it. `said`: the server's words. */
export function noStartTls(server: MailServer, said: string): OAuthError {
  const where = serverName(server)
  const details = { error_description: scrub(said.slice(0, 500)) }
  // RFC 3207 §4: it has TLS, but not at the moment.
  if (/^454\b/.test(said)) {
    const message = `${where} cannot begin TLS at the moment.`
    return new OAuthError('MAIL_NOT_SECURED', message, { ...details, guidance: LATER_AGAIN })
  }
  const message = `${where} does not offer STARTTLS.`
  return new OAuthError('MAIL_NOT_SECURED', message, { ...details, guidance: WITHOUT_TLS })
}

const LATER = { class: 'transient', who: 'provider' } as const
const WITHOUT_TLS: Guidance = {
  class: 'configuration',
  who: 'person',
  advice:
    'Nothing was sent without protection. Set TLS with its port (IMAP 993, POP 995, SMTP 465) if the server has that; otherwise whoever runs the mail server has to switch TLS on.',
}
const LATER_AGAIN: Guidance = {
  ...LATER,
  advice: 'Try again later; if it stays, tell whoever runs the mail server.',
}
const TRUSTED_ALONE: Guidance = {
  class: 'configuration',
  who: 'operator',
  advice:
    'Whoever runs the mail server has to install a certificate of a well-known authority with its whole chain. An authority of your own has to be trusted here: NODE_EXTRA_CA_CERTS for the server, --ca-file on the command line.',
}

function meanings(where: string, { security, port }: MailServer, names: string): readonly Meaning[] {
  return [
    {
      sign: /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|wrong version number|packet length too long/i,
      code: 'MAIL_NOT_SECURED',
      message: `${where} does not begin with TLS.`,
      guidance: {
        class: 'configuration',
        who: 'person',
        advice: 'Set STARTTLS for this port, or take the port for TLS (IMAP 993, POP 995, SMTP 465).',
      },
    },
    {
      sign: security === 'tls' ? /(?!)/ : /no greeting in time|GREETING_TIMEOUT|Greeting never received/,
      code: 'MAIL_NOT_SECURED',
      message: `${where} takes the connection and then says nothing.`,
      guidance: {
        class: TLS_PORTS.has(port) ? 'configuration' : 'transient',
        who: 'person',
        advice:
          'A server that expects TLS from the start is silent like this. Set TLS for this port, or take the port for STARTTLS (IMAP 143, POP 110, SMTP 587).',
      },
    },
    {
      sign: /does not support STARTTLS|upgrading connection with STARTTLS/,
      code: 'MAIL_NOT_SECURED',
      message: `${where} does not offer STARTTLS.`,
      guidance: WITHOUT_TLS,
    },
    {
      sign: /CERT_HAS_EXPIRED|certificate has expired/,
      code: 'MAIL_NOT_SECURED',
      message: `The certificate of ${where} has expired.`,
      guidance: {
        ...LATER,
        advice:
          'Whoever runs the mail server has to renew it. If others reach the server, check the clock of this machine.',
      },
    },
    {
      sign: /CERT_NOT_YET_VALID|certificate is not yet valid/,
      code: 'MAIL_NOT_SECURED',
      message: `The certificate of ${where} is not valid yet.`,
      guidance: { ...LATER, advice: 'Check the clock of this machine, then tell whoever runs the mail server.' },
    },
    {
      sign: /ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate/,
      code: 'MAIL_NOT_SECURED',
      message: `The certificate of ${where} is for other names: ${names}.`,
      guidance: {
        class: 'configuration',
        who: 'person',
        advice:
          'Set the server by a name that stands in its certificate; otherwise whoever runs the mail server has to put this name into it.',
      },
    },
    {
      sign: /DEPTH_ZERO_SELF_SIGNED_CERT|\bself.signed certificate(?! in)/,
      code: 'MAIL_NOT_SECURED',
      message: `The certificate of ${where} is self-signed: nobody vouches for it.`,
      guidance: TRUSTED_ALONE,
    },
    {
      sign: /SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF)|CERT_UNTRUSTED|self.signed certificate in|unable to (?:get (?:local )?issuer|verify the first)/,
      code: 'MAIL_NOT_SECURED',
      message: `The certificate of ${where} comes from an authority that is not trusted here.`,
      guidance: TRUSTED_ALONE,
    },
    {
      sign: /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|HANDSHAKE_FAILURE|KEY_TOO_SMALL|NO_SHARED_CIPHER|handshake failure|unsupported protocol|protocol version|key too small/i,
      code: 'MAIL_NOT_SECURED',
      message: `${where} has no version of TLS that is safe today.`,
      guidance: {
        class: 'configuration',
        who: 'provider',
        advice: 'Whoever runs the mail server has to offer TLS 1.2 or newer, with keys and ciphers of today.',
      },
    },
    {
      sign: /before secure TLS connection was established/,
      code: 'MAIL_NOT_SECURED',
      message: `${where} ended the connection while TLS began.`,
      guidance: {
        class: 'transient',
        who: 'person',
        advice: 'Check server, port and security (TLS or STARTTLS); if they are right, try again later.',
      },
    },
    {
      sign: /ENOTFOUND|ENODATA/,
      code: 'MAIL_SERVER_UNREACHABLE',
      message: `There is no mail server at ${where}: nobody knows the name.`,
      guidance: { class: 'transient', who: 'person', advice: 'Check how the name of the server is spelled.' },
    },
    {
      sign: /EAI_AGAIN|ESERVFAIL/,
      code: 'MAIL_SERVER_UNREACHABLE',
      message: `The name of ${where} cannot be looked up at the moment.`,
      guidance: { class: 'transient', who: 'operator', advice: 'Check the network and the DNS of this machine.' },
    },
    {
      sign: /ECONNREFUSED/,
      code: 'MAIL_SERVER_UNREACHABLE',
      message: `Nothing accepts connections at ${where}.`,
      guidance: {
        class: 'transient',
        who: 'person',
        advice: 'Check server and port. If they are right, the mail server is down: try again later.',
      },
    },
    {
      sign: /EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/,
      code: 'MAIL_SERVER_UNREACHABLE',
      message: `There is no way to ${where} from here.`,
      guidance: { class: 'transient', who: 'operator', advice: 'Check the network and the firewall of this machine.' },
    },
    {
      sign: /ETIMEDOUT|ETIMEOUT|CONNECT_TIMEOUT|ABORT_ERR|TimeoutError|in time|timed? ?out|aborted/i,
      code: 'MAIL_SERVER_UNREACHABLE',
      message: `${where} gives no answer.`,
      guidance: {
        class: 'transient',
        who: 'operator',
        advice:
          'Check server and port, and whether a firewall lets the connection through; it may also be slow just now.',
      },
    },
    {
      sign: /ECONNRESET|EPIPE|closed unexpectedly|Connection closed|Unexpected close/,
      code: 'MAIL_SERVER_UNREACHABLE',
      message: `${where} ended the connection.`,
      guidance: LATER_AGAIN,
    },
  ]
}

function codeOf(cause: Error): string | undefined {
  const [original, code]: readonly unknown[] = [Reflect.get(cause, 'originalCode'), Reflect.get(cause, 'code')]
  const found = [original, code].find((one) => typeof one === 'string')
  return found === undefined ? undefined : String(found)
}

/** Of several addresses that failed, what each said. */
function wordsOf(cause: Error): string {
  if (cause instanceof Silence || !(cause instanceof AggregateError)) return cause.message
  return cause.errors.map((one: unknown) => (one instanceof Error ? one.message : String(one))).join('; ')
}

/** The names of a certificate, as `node:tls` tells them. */
function namesIn(said: string): string {
  const names = said.slice(said.lastIndexOf('altnames: ') + 'altnames: '.length)
  return names.replace(/\b(?:DNS|IP Address):/g, '')
}
