import type { Wire } from '../wire/wire.ts'
import { COMMANDS } from './commands.ts'
import { farewell } from './farewell.ts'
import { decoded, type Front, MOST_BAD, MOST_COMMANDS, MOST_TRIES, readPlain } from './front.ts'

/** RFC 4954 §4: a line of an AUTH exchange. */
const LONGEST_LINE = 12_288

/** SMTP submission (RFC 5321, RFC 6409, RFC 3207, RFC 4954) as far as the login. */
export const smtpFront: Front = async (wire, house) => {
  await wire.write('220 localhost ESMTP Evergrant mail gateway\r\n')
  let tries = 0
  let bad = 0
  // The words of a refusal that passes by itself, until another log-in is answered otherwise.
  let later: string | undefined
  for (let commands = 0; commands < MOST_COMMANDS && bad < MOST_BAD; commands++) {
    const line = await wire.line(LONGEST_LINE)
    if (line === undefined) return undefined
    const [word = '', ...rest] = line.split(' ')
    const open = wire.secure || house.plain
    switch (word.toUpperCase()) {
      case 'EHLO': {
        // Whose server it will be is not known yet. Only what submission servers have in common is offered, as most programs do not ask
        // again after they have logged in. SIZE without a number tells nothing of a limit (RFC 1870 §3), and lets a program
        // declare its mail: one that is too large is refused at MAIL, and not after all of it was sent. Who asks again is told
        // by the mail server what else there is.
        const starttls = house.tls !== undefined && !wire.secure ? '250-STARTTLS\r\n' : ''
        const auth = open ? '250-AUTH PLAIN LOGIN\r\n' : ''
        await wire.write(
          `250-localhost\r\n250-PIPELINING\r\n250-SIZE\r\n250-8BITMIME\r\n${starttls}${auth}250 ENHANCEDSTATUSCODES\r\n`,
        )
        break
      }
      case 'HELO':
        await wire.write('250 localhost\r\n')
        break
      case 'NOOP':
      case 'RSET':
        await wire.write('250 2.0.0 done\r\n')
        break
      case 'QUIT':
        await wire.write('221 2.0.0 see you\r\n')
        return undefined
      case 'STARTTLS':
        if (house.tls === undefined || wire.secure) await wire.write('503 5.5.1 TLS cannot begin here\r\n')
        else {
          await wire.write('220 2.0.0 begin TLS\r\n')
          await wire.secureAsServer(house.tls)
        }
        break
      case 'AUTH': {
        if (!open) {
          await wire.write('538 5.7.11 use TLS\r\n')
          break
        }
        const login = await message(wire, rest)
        if (login === undefined) return undefined
        if (typeof login === 'string') {
          await wire.write(`${login}\r\n`)
          break
        }
        const admission = await house.login(login.name, login.password)
        if (admission.kind === 'open') {
          await wire.write('235 2.7.0 logged in\r\n')
          return admission.upstream
        }
        later = admission.kind === 'later' ? admission.words : undefined
        // RFC 4954 §6: a program that is told 454 keeps the mail and tries again.
        await wire.write(later === undefined ? '535 5.7.8 wrong address or password\r\n' : `454 4.7.0 ${later}\r\n`)
        tries += 1
        if (tries < MOST_TRIES) break
        await wire.write(farewell('smtp', 'misuse', 'too many attempts'))
        return undefined
      }
      default: {
        const known = COMMANDS.smtp.has(word.toUpperCase())
        if (!known) bad += 1
        // A program that goes on without its log-in would take 530 for the last word on its mail, and drop it.
        const first = later === undefined ? '530 5.7.0 log in first\r\n' : `451 4.7.0 ${later}\r\n`
        await wire.write(known ? first : '500 5.5.2 unknown command\r\n')
      }
    }
  }
  await wire.write(farewell('smtp', 'misuse', 'too many commands'))
  return undefined
}

/** Name and password; a text is the refusal, undefined the end. */
async function message(
  wire: Wire,
  [mechanism = '', initial, ...more]: readonly string[],
): Promise<{ name: string; password: string } | string | undefined> {
  const ask = async (prompt: string): Promise<string | undefined> => {
    await wire.write(`334 ${prompt}\r\n`)
    return wire.line(LONGEST_LINE)
  }
  if (more.length > 0) return '501 5.5.4 too many arguments'
  switch (mechanism.toUpperCase()) {
    case 'PLAIN': {
      const plain = initial ?? (await ask(''))
      if (plain === undefined) return undefined
      const read = readPlain(plain)
      if (read === 'other') return '535 5.7.8 nobody may act as somebody else here'
      return read ?? '501 5.5.2 cancelled or malformed'
    }
    case 'LOGIN': {
      const name = initial ?? (await ask('VXNlcm5hbWU6'))
      if (name === undefined) return undefined
      const password = name === '*' ? '*' : await ask('UGFzc3dvcmQ6')
      if (password === undefined) return undefined
      const login = { name: decoded(name), password: decoded(password) }
      if (!login.name || !login.password) return '501 5.5.2 cancelled or malformed'
      return { name: login.name, password: login.password }
    }
    default:
      return '504 5.5.4 only PLAIN and LOGIN'
  }
}
