import { OAuthError, scrub } from '@evergrant/core'
import { readChallenge, type SaslFailure, saslLines } from '../sasl/index.ts'
import { noStartTls, serverName } from '../wire/connection-failure.ts'
import type { Wire } from '../wire/wire.ts'
import { badGreeting } from './greeting.ts'
import { loginRefusal } from './login-refusal.ts'
import { answer, exchangeFor, type SignIn, unreadable } from './sign-in.ts'

/** Unsolicited lines before a tagged answer; more is no mail server. */
const MOST_LINES = 1000

/** Signs in over IMAP. The connection is authenticated afterwards, with no mailbox selected. */
export async function signInImap(wire: Wire, login: SignIn): Promise<void> {
  const greeting = await answer(wire, login)
  if (!/^\* OK\b/i.test(greeting)) throw badGreeting(login, 'imap', greeting)
  if (login.server.security === 'starttls') {
    const begun = await imapAnswer(wire, login, 'STARTTLS')
    if (!begun.ok) throw noStartTls(login.server, begun.text)
    await wire.secureAsClient({ host: login.server.host, ca: login.ca })
  }
  // What was said before TLS counts no more (RFC 3501 §6.2.1).
  const { ok, untagged, text } = await imapAnswer(wire, login, 'CAPABILITY')
  if (!ok) throw badGreeting(login, 'imap', `* ${text}`)
  const words = untagged.flatMap((line) => /^\* CAPABILITY (.*)$/i.exec(line)?.[1]?.toUpperCase().split(' ') ?? [])
  const offered = words.flatMap((word) => (word.startsWith('AUTH=') ? [word.slice(5)] : []))
  const exchange = exchangeFor(login, offered, 'imap')
  const inline = words.includes('SASL-IR')
  const [command, initial] = saslLines('imap', `A AUTHENTICATE ${exchange.mechanism}`, exchange, { inline })
  await wire.write(`${command}\r\n`)
  let pending = initial
  let failure: SaslFailure | undefined
  for (let lines = 0; lines < MOST_LINES; lines++) {
    const line = await answer(wire, login)
    if (line.startsWith('+')) {
      if (pending === undefined) failure = readChallenge(line.slice(1).trim()) ?? failure
      await wire.write(`${pending ?? exchange.acknowledge}\r\n`)
      pending = undefined
    } else if (/^A OK\b/i.test(line)) return
    else if (/^A (?:NO|BAD)\b/i.test(line)) throw loginRefusal(login, line.slice(2), failure)
    else if (/^\* BYE\b/i.test(line)) throw loginRefusal(login, line.slice(2), failure)
  }
  throw unreadable(login, 'too many lines')
}

/** How a server answered a command. */
interface ImapAnswer {
  readonly ok: boolean
  readonly untagged: readonly string[]
  /** The last line's words. */
  readonly text: string
}

/** Sends a command and reads to its end. Rejects with `MAIL_COMMAND_REFUSED` when the server refuses it. For after the sign-in. */
export async function imapCommand(
  wire: Wire,
  login: SignIn,
  command: string,
): Promise<Pick<ImapAnswer, 'untagged' | 'text'>> {
  const { ok, untagged, text } = await imapAnswer(wire, login, command)
  if (ok) return { untagged, text }
  const said = scrub(text.slice(0, 500), [login.token])
  const message = `${serverName(login.server)} signed ${login.mailbox} in, then refused ${command}: ${said}`
  throw new OAuthError('MAIL_COMMAND_REFUSED', message, { error_description: said })
}

async function imapAnswer(wire: Wire, login: SignIn, command: string): Promise<ImapAnswer> {
  await wire.write(`A ${command}\r\n`)
  const untagged: string[] = []
  while (untagged.length < MOST_LINES) {
    const line = await answer(wire, login)
    if (/^A OK\b/i.test(line)) return { ok: true, untagged, text: line.slice(2) }
    if (/^A (?:NO|BAD)\b|^\* BYE\b/i.test(line)) return { ok: false, untagged, text: line.slice(2) }
    untagged.push(line)
  }
  throw unreadable(login, 'too many lines')
}
