import { readChallenge, type SaslFailure, saslLines } from '../sasl/index.ts'
import { noStartTls } from '../wire/connection-failure.ts'
import type { Wire } from '../wire/wire.ts'
import { badGreeting } from './greeting.ts'
import { loginRefusal } from './login-refusal.ts'
import { answer, exchangeFor, type SignIn, unreadable } from './sign-in.ts'

const OK = /^\+OK\b/i

/** Signs in over POP3 (RFC 5034). The connection is in the transaction state afterwards. */
export async function signInPop(wire: Wire, login: SignIn): Promise<void> {
  const greeting = await answer(wire, login)
  if (!OK.test(greeting)) throw badGreeting(login, 'pop', greeting)
  if (login.server.security === 'starttls') {
    await wire.write('STLS\r\n')
    const begun = await answer(wire, login)
    if (!OK.test(begun)) throw noStartTls(login.server, begun)
    await wire.secureAsClient({ host: login.server.host, ca: login.ca })
  }
  await wire.write('CAPA\r\n')
  const offered = (await popLines(wire, login)).flatMap((line) => /^SASL (.*)$/i.exec(line)?.[1]?.split(' ') ?? [])
  const exchange = exchangeFor(login, offered, 'pop')
  const [command, initial = ''] = saslLines('pop', `AUTH ${exchange.mechanism}`, exchange)
  await wire.write(`${command}\r\n`)
  let pending: string | undefined = initial
  let failure: SaslFailure | undefined
  for (let prompts = 0; prompts < 4; prompts++) {
    const line = await answer(wire, login)
    if (OK.test(line)) return
    if (!line.startsWith('+')) throw loginRefusal(login, line, failure)
    if (pending === undefined) failure = readChallenge(line.slice(1).trim()) ?? failure
    await wire.write(`${pending ?? exchange.acknowledge}\r\n`)
    pending = undefined
  }
  throw unreadable(login, 'too many prompts')
}

async function accepted(wire: Wire, login: SignIn): Promise<string> {
  const line = await answer(wire, login)
  if (!OK.test(line)) throw unreadable(login, line)
  return line
}

/** A multi-line answer, without its ends (RFC 1939 §3). */
export async function popLines(wire: Wire, login: SignIn): Promise<string[]> {
  await accepted(wire, login)
  const lines: string[] = []
  for (let line = await answer(wire, login); line !== '.'; line = await answer(wire, login)) {
    lines.push(line.startsWith('.') ? line.slice(1) : line)
    if (lines.length > 1000) throw unreadable(login, 'too many lines')
  }
  return lines
}

/** One command with an answer of one line. Rejects when the server refuses it. */
export async function popCommand(wire: Wire, login: SignIn, command: string): Promise<string> {
  await wire.write(`${command}\r\n`)
  return (await accepted(wire, login)).slice(4)
}
