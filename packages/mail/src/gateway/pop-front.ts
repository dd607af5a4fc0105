import type { Wire } from '../wire/wire.ts'
import { COMMANDS } from './commands.ts'
import { farewell } from './farewell.ts'
import { type Front, MOST_BAD, MOST_COMMANDS, MOST_TRIES, readPlain } from './front.ts'

/** RFC 2449 §4 allows 255 octets; a SASL message may be longer. */
const LONGEST_LINE = 4096

/** POP3 (RFC 1939, RFC 2449, RFC 2595, RFC 5034) as far as the login. */
export const popFront: Front = async (wire, house) => {
  await wire.write('+OK Evergrant mail gateway\r\n')
  let name: string | undefined
  let tries = 0
  let bad = 0
  const login = async (who: string, password: string): Promise<Wire | 'go on' | undefined> => {
    const admission = await house.login(who, password)
    if (admission.kind === 'open') {
      await wire.write('+OK logged in\r\n')
      return admission.upstream
    }
    // RFC 3206: with SYS/TEMP a program keeps its password and tries again.
    await wire.write(
      admission.kind === 'wrong'
        ? '-ERR [AUTH] wrong address or password\r\n'
        : `-ERR [SYS/TEMP] ${admission.words}\r\n`,
    )
    tries += 1
    if (tries < MOST_TRIES) return 'go on'
    await wire.write(farewell('pop', 'misuse', 'too many attempts'))
    return undefined
  }
  for (let commands = 0; commands < MOST_COMMANDS && bad < MOST_BAD; commands++) {
    const line = await wire.line(LONGEST_LINE)
    if (line === undefined) return undefined
    const at = line.indexOf(' ')
    const command = (at < 0 ? line : line.slice(0, at)).toUpperCase()
    const rest = at < 0 ? '' : line.slice(at + 1)
    const open = wire.secure || house.plain
    if (command === 'CAPA') {
      const starttls = house.tls !== undefined && !wire.secure ? 'STLS\r\n' : ''
      const ways = open ? 'USER\r\nSASL PLAIN\r\n' : ''
      await wire.write(`+OK\r\nUIDL\r\nTOP\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n${starttls}${ways}.\r\n`)
    } else if (command === 'QUIT') {
      await wire.write('+OK see you\r\n')
      return undefined
    } else if (command === 'NOOP') await wire.write('+OK\r\n')
    else if (command === 'STLS') {
      if (house.tls === undefined || wire.secure) await wire.write('-ERR TLS cannot begin here\r\n')
      else {
        await wire.write('+OK begin TLS\r\n')
        await wire.secureAsServer(house.tls)
        name = undefined
      }
    } else if (!open && ['USER', 'PASS', 'AUTH'].includes(command)) await wire.write('-ERR use TLS\r\n')
    else if (command === 'USER' && rest !== '') {
      name = utf8(rest)
      await wire.write('+OK\r\n')
    } else if (command === 'PASS' && name !== undefined) {
      const outcome = await login(name, utf8(rest))
      if (outcome !== 'go on') return outcome
      name = undefined
    } else if (command === 'AUTH' && /^PLAIN( |$)/i.test(rest)) {
      let message: string | undefined = rest.slice(6)
      if (message === '') {
        await wire.write('+ \r\n')
        message = await wire.line(LONGEST_LINE)
      }
      if (message === undefined) return undefined
      const plain = readPlain(message)
      if (plain === undefined)
        await wire.write(message === '*' ? '-ERR cancelled\r\n' : '-ERR the message is malformed\r\n')
      else if (plain === 'other') await wire.write('-ERR [AUTH] nobody may act as somebody else here\r\n')
      else {
        const outcome = await login(plain.name, plain.password)
        if (outcome !== 'go on') return outcome
      }
    } else if (command === 'PASS') await wire.write('-ERR say USER first\r\n')
    else if (command === 'USER') await wire.write('-ERR say whose mailbox\r\n')
    else if (command === 'AUTH' || command === 'APOP') await wire.write('-ERR only USER with PASS, and AUTH PLAIN\r\n')
    else {
      const known = COMMANDS.pop.has(command)
      if (!known) bad += 1
      await wire.write(known ? '-ERR log in first\r\n' : '-ERR unknown command\r\n')
    }
  }
  await wire.write(farewell('pop', 'misuse', 'too many commands'))
  return undefined
}

const utf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8')
