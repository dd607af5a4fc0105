import type { Wire } from '../wire/wire.ts'
import { COMMANDS } from './commands.ts'
import { farewell } from './farewell.ts'
import { decoded, type Front, type House, MOST_BAD, MOST_COMMANDS, MOST_TRIES, readPlain } from './front.ts'
import { literalAfter, readArguments } from './imap-arguments.ts'

const LONGEST_LINE = 8192
const LONGEST_LITERAL = 1024
/** Octets of the literals of a command that is not looked at, and of the lines between them. */
const MOST_SKIPPED = 65_536

const UNREADABLE = 'BAD the arguments cannot be read'

type Login = { readonly name: string; readonly password: string }

/** IMAP (RFC 3501, RFC 4959, RFC 7888) as far as the login. */
export const imapFront: Front = async (wire, house) => {
  const words = (): string => {
    const starttls = house.tls !== undefined && !wire.secure ? ' STARTTLS' : ''
    const login = wire.secure || house.plain ? ' AUTH=PLAIN AUTH=LOGIN' : ' LOGINDISABLED'
    return `IMAP4rev1 SASL-IR LITERAL+ ID${starttls}${login}`
  }
  await wire.write(`* OK [CAPABILITY ${words()}] Evergrant mail gateway\r\n`)
  let tries = 0
  let bad = 0
  for (let commands = 0; commands < MOST_COMMANDS && bad < MOST_BAD; commands++) {
    const line = await wire.line(LONGEST_LINE)
    if (line === undefined) return undefined
    const [, tag, called = '', rest = ''] = /^([^\s+(){%*"\\]{1,64}) ([A-Za-z0-9]+)(?: (.*))?$/.exec(line) ?? []
    const name = called.toUpperCase()
    const open = wire.secure || house.plain
    // LOGIN reads its own.
    if (!(name === 'LOGIN' && open) && !(await skipped(wire, line, name === 'ID'))) return undefined
    if (tag === undefined) {
      bad += 1
      await wire.write('* BAD a command is a tag and a name\r\n')
      continue
    }
    switch (name) {
      case 'CAPABILITY':
        await wire.write(`* CAPABILITY ${words()}\r\n${tag} OK done\r\n`)
        break
      case 'NOOP':
        await wire.write(`${tag} OK done\r\n`)
        break
      case 'ID':
        await wire.write(`* ID NIL\r\n${tag} OK done\r\n`)
        break
      case 'LOGOUT':
        await wire.write(`* BYE see you\r\n${tag} OK done\r\n`)
        return undefined
      case 'STARTTLS':
        if (house.tls === undefined || wire.secure) await wire.write(`${tag} BAD TLS cannot begin here\r\n`)
        else {
          await wire.write(`${tag} OK begin TLS\r\n`)
          await wire.secureAsServer(house.tls)
        }
        break
      case 'LOGIN':
      case 'AUTHENTICATE': {
        if (!open) {
          await wire.write(`${tag} NO [PRIVACYREQUIRED] use TLS\r\n`)
          break
        }
        const login = name === 'LOGIN' ? await byLogin(wire, rest) : await bySasl(wire, rest)
        if (typeof login === 'string') {
          await wire.write(`${tag} ${login}\r\n`)
          break
        }
        if (login === undefined) return undefined
        const upstream = await admitted(wire, house, tag, login)
        if (upstream !== undefined) return upstream
        tries += 1
        if (tries < MOST_TRIES) break
        await wire.write(farewell('imap', 'misuse', 'too many attempts'))
        return undefined
      }
      default: {
        const known = COMMANDS.imap.has(name)
        if (!known) bad += 1
        await wire.write(`${tag} BAD ${known ? 'log in first' : 'unknown command'}\r\n`)
      }
    }
  }
  await wire.write(farewell('imap', 'misuse', 'too many commands'))
  return undefined
}

/**
 * Reads past the literals of a command that is not looked at: those that do not wait (RFC 7888), which would be taken for commands,
 * and with `ask` those that wait to be asked for. False at the end, of the stream or of the patience.
 */
async function skipped(wire: Wire, line: string, ask: boolean): Promise<boolean> {
  let left = MOST_SKIPPED
  for (let text = line; ; ) {
    const literal = literalAfter(text)
    if (literal === undefined || (literal.waits && !ask)) return true
    const { size, waits } = literal
    left -= size
    if (left < 0) {
      await tooBig(wire)
      return false
    }
    if (waits) await wire.write('+ go on\r\n')
    const octets = await wire.octets(size)
    const next = octets === undefined ? undefined : await wire.line(LONGEST_LINE)
    if (next === undefined) return false
    left -= next.length + 2
    text = next
  }
}

async function admitted(wire: Wire, house: House, tag: string, login: Login): Promise<Wire | undefined> {
  const admission = await house.login(login.name, login.password)
  if (admission.kind === 'open') {
    const code = admission.capabilities === undefined ? '' : `[CAPABILITY ${admission.capabilities}] `
    await wire.write(`${tag} OK ${code}logged in\r\n`)
    return admission.upstream
  }
  // RFC 5530: a program that is told UNAVAILABLE keeps its password and tries again.
  const words =
    admission.kind === 'wrong' ? '[AUTHENTICATIONFAILED] wrong address or password' : `[UNAVAILABLE] ${admission.words}`
  await wire.write(`${tag} NO ${words}\r\n`)
  return undefined
}

/** The arguments of LOGIN, over as many lines as literals make of them. A text is the refusal, undefined the end. */
async function byLogin(wire: Wire, rest: string): Promise<Login | string | undefined> {
  const values: string[] = []
  let text = rest
  for (;;) {
    const read = readArguments(text)
    // Of more octets than a number here can have.
    if (read === undefined && /\{\d{10,}\+?\}$/.test(text)) return tooBig(wire)
    if (read === undefined) return (await skipped(wire, text, false)) ? UNREADABLE : undefined
    values.push(...read.values)
    if (read.literal === undefined) break
    const { size, waits } = read.literal
    if (size > LONGEST_LITERAL || values.length > 1) {
      // What does not wait is on its way already, and would be taken for commands.
      return waits ? 'BAD [TOOBIG] the literal is too long' : tooBig(wire)
    }
    if (waits) await wire.write('+ go on\r\n')
    const octets = await wire.octets(size)
    const next = octets === undefined ? undefined : await wire.line(LONGEST_LINE)
    if (octets === undefined || next === undefined) return undefined
    values.push(octets.toString('latin1'))
    if (next !== '' && (!next.startsWith(' ') || next === ' '))
      return (await skipped(wire, next, false)) ? UNREADABLE : undefined
    text = next.slice(1)
  }
  const [name, password, ...more] = values.map((value) => Buffer.from(value, 'latin1').toString('utf8'))
  return name === undefined || password === undefined || more.length > 0
    ? 'BAD LOGIN needs a name and a password'
    : { name, password }
}

async function tooBig(wire: Wire): Promise<undefined> {
  await wire.write('* BYE [TOOBIG] the literal is too long\r\n')
  return undefined
}

async function bySasl(wire: Wire, rest: string): Promise<Login | string | undefined> {
  const [mechanism = '', initial, ...more] = rest.split(' ')
  if (more.length > 0) return UNREADABLE
  const ask = async (prompt: string): Promise<string | undefined> => {
    await wire.write(`+ ${prompt}\r\n`)
    return wire.line(LONGEST_LINE)
  }
  if (mechanism.toUpperCase() === 'PLAIN') {
    const message = initial ?? (await ask(''))
    if (message === undefined) return undefined
    if (message === '*') return 'BAD cancelled'
    const plain = readPlain(message)
    // RFC 5530 §3.
    if (plain === 'other') return 'NO [AUTHORIZATIONFAILED] nobody may act as somebody else here'
    return plain ?? 'BAD the message is malformed'
  }
  if (mechanism.toUpperCase() === 'LOGIN') {
    const name = initial ?? (await ask('VXNlcm5hbWU6'))
    if (name === undefined) return undefined
    const password = name === '*' ? '*' : await ask('UGFzc3dvcmQ6')
    if (password === undefined) return undefined
    if (password === '*') return 'BAD cancelled'
    const login = { name: decoded(name), password: decoded(password) }
    return login.name && login.password
      ? { name: login.name, password: login.password }
      : 'BAD the message is malformed'
  }
  return 'NO [CANNOT] only PLAIN and LOGIN'
}
