import type { MailProtocol } from '../sasl/index.ts'

/**
 * The commands of each protocol that a mail server hears from a program that has logged in. What is none of them is answered by the
 * gateway: it may be what is left of a log-in that was refused, and hold the program's password. Log-in, TLS and compression are
 * missing on purpose.
 */
export const COMMANDS: Readonly<Record<MailProtocol, ReadonlySet<string>>> = {
  // RFC 5321; BDAT of RFC 3030, BURL of RFC 4468, ETRN of RFC 1985.
  smtp: of('EHLO HELO MAIL RCPT DATA BDAT BURL RSET NOOP QUIT VRFY EXPN HELP ETRN'),
  // RFC 1939; CAPA of RFC 2449, LANG and UTF8 of RFC 6856, LAST of RFC 1460.
  pop: of('STAT LIST RETR DELE NOOP RSET QUIT TOP UIDL CAPA LANG UTF8 LAST'),
  imap: of(
    // RFC 3501 and RFC 9051.
    `CAPABILITY NOOP LOGOUT SELECT EXAMINE CREATE DELETE RENAME SUBSCRIBE UNSUBSCRIBE LIST LSUB STATUS APPEND CHECK CLOSE EXPUNGE
     SEARCH FETCH STORE COPY UID NAMESPACE ENABLE IDLE UNSELECT MOVE ID`,
    // RFC 5256, RFC 7377, RFC 5267, RFC 5465, RFC 5255, RFC 8437, RFC 8508, RFC 5466.
    'SORT THREAD ESEARCH CANCELUPDATE NOTIFY LANGUAGE COMPARATOR UNAUTHENTICATE REPLACE',
    // RFC 9208, RFC 4314, RFC 5464, RFC 5257.
    `GETQUOTA GETQUOTAROOT SETQUOTA SETACL DELETEACL GETACL LISTRIGHTS MYRIGHTS GETMETADATA SETMETADATA GETANNOTATION SETANNOTATION`,
    // RFC 4467, RFC 5259, RFC 2193, RFC 9698, RFC 10022.
    'GENURLAUTH RESETKEY URLFETCH CONVERT CONVERSIONS RLIST RLSUB GETJMAPACCESS UIDBATCHES',
    // Of vendors, and of drafts that are in use.
    'XLIST XAPPLEPUSHSERVICE',
  ),
}

/** Words of a log-in and of what only the gateway can do. */
const ITS_OWN = /^(?:LOGIN|AUTHENTICATE|STARTTLS|AUTH|USER|PASS|APOP|STLS)$/i

/** Whether a refused command would have been for the gateway, before the log-in. */
export const isItsOwn = (name: string): boolean => ITS_OWN.test(name)

/**
 * Whether a line of SMTP or POP3 that begins so is one of these commands; undefined while more of it is to come. A name ends with a
 * space or the line: what a lone CR would begin for another reader is not looked at as an argument.
 */
export function beginsCommand(head: string, known: ReadonlySet<string>): boolean | undefined {
  const name = /^([a-z0-9]{1,20})(?:[ \t]|\r?\n)/i.exec(head)?.[1]
  if (name !== undefined) return known.has(name.toUpperCase())
  return /^[a-z0-9]{0,20}\r?$/i.test(head) ? undefined : false
}

function of(...names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap((some) => some.split(/\s+/)))
}
