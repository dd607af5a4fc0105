import type { MailProtocol } from '../sasl/index.ts'

/** Why the gateway ends a connection: of its own or the mail server's accord, because nothing came, or for what the program did. */
export type Ending = 'trouble' | 'idle' | 'misuse'

/** RFC 5530, RFC 3206, RFC 3463. */
const CODES: Readonly<Record<MailProtocol, Readonly<Record<Ending, string>>>> = {
  imap: { trouble: '[UNAVAILABLE] ', idle: '', misuse: '[CLIENTBUG] ' },
  pop: { trouble: '[SYS/TEMP] ', idle: '', misuse: '' },
  smtp: { trouble: '4.3.2 ', idle: '4.4.2 ', misuse: '4.7.0 ' },
}

const WORDS: Readonly<Record<MailProtocol, string>> = { imap: '* BYE', pop: '-ERR', smtp: '421' }

/**
 * The last line of a connection (RFC 3501 §7.1.5, RFC 5321 §3.8). RFC 1939 would rather have a POP3 program told nothing; Dovecot
 * tells it, and so do we: to a program that waits it is its answer, and another one is closing anyway.
 */
export function farewell(protocol: MailProtocol, ending: Ending, why: string): string {
  const advice = ending === 'trouble' ? ', connect again' : ''
  return `${WORDS[protocol]} ${CODES[protocol][ending]}${why}${advice}\r\n`
}
