import { readChallenge, type SaslFailure, saslLines } from '../sasl/index.ts'
import { noStartTls } from '../wire/connection-failure.ts'
import type { Wire } from '../wire/wire.ts'
import { badGreeting } from './greeting.ts'
import { loginRefusal } from './login-refusal.ts'
import { answer, exchangeFor, type SignIn, unreadable } from './sign-in.ts'

interface Reply {
  readonly code: number
  readonly lines: readonly string[]
}

/** The name a client gives itself when it has none that the server could look up (RFC 5321 §4.1.3). */
const HELLO = 'EHLO [127.0.0.1]\r\n'

/** Signs in over SMTP submission. The connection can take mail afterwards. */
export async function signInSmtp(wire: Wire, login: SignIn): Promise<void> {
  const first = await answer(wire, login)
  if (!/^220(?:[ -]|$)/.test(first)) throw badGreeting(login, 'smtp', first)
  // A greeting may have several lines (RFC 5321 §4.2).
  if (first.startsWith('220-')) await smtpReply(wire, login, [220])
  await wire.write(HELLO)
  let { lines } = await smtpReply(wire, login, [250])
  if (login.server.security === 'starttls') {
    await wire.write('STARTTLS\r\n')
    const begun = await smtpReply(wire, login)
    if (begun.code !== 220) throw noStartTls(login.server, `${begun.code} ${begun.lines.join(' ')}`)
    await wire.secureAsClient({ host: login.server.host, ca: login.ca })
    await wire.write(HELLO)
    lines = (await smtpReply(wire, login, [250])).lines
  }
  const offered = lines.flatMap((line) => /^AUTH[ =](.*)$/i.exec(line)?.[1]?.split(' ') ?? [])
  const exchange = exchangeFor(login, offered, 'smtp')
  const [command, initial] = saslLines('smtp', `AUTH ${exchange.mechanism}`, exchange)
  await wire.write(`${command}\r\n`)
  let pending = initial
  let failure: SaslFailure | undefined
  for (let prompts = 0; prompts < 4; prompts++) {
    const reply = await smtpReply(wire, login)
    if (reply.code === 235) return
    if (reply.code !== 334) throw loginRefusal(login, `${reply.code} ${reply.lines.join(' ')}`, failure)
    if (pending === undefined) failure = readChallenge(reply.lines[0] ?? '') ?? failure
    await wire.write(`${pending ?? exchange.acknowledge}\r\n`)
    pending = undefined
  }
  throw unreadable(login, 'too many prompts')
}

/** A reply of one or more lines (RFC 5321 §4.2.1); with `wanted`, one of these codes. */
export async function smtpReply(wire: Wire, login: SignIn, wanted?: readonly number[]): Promise<Reply> {
  const lines: string[] = []
  for (;;) {
    const line = await answer(wire, login)
    const [, code, more, text = ''] = /^(\d{3})([ -]?)(.*)$/.exec(line) ?? []
    if (code === undefined || lines.length > 100) throw unreadable(login, line)
    lines.push(text)
    if (more === '-') continue
    const reply = { code: Number(code), lines }
    if (wanted !== undefined && !wanted.includes(reply.code)) throw unreadable(login, `${code} ${lines.join(' ')}`)
    return reply
  }
}
