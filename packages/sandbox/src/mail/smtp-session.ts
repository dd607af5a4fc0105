import { type Connection, TooLong } from './connection.ts'
import { type House, isSignedIn, LARGEST_MAIL, type Person } from './house.ts'
import { decoded, type SignedIn, saslError } from './mail-sign-in.ts'

/** RFC 4954 §4: a line of an AUTH exchange. */
const LONGEST_LINE = 12_288
/** A line of a mail. */
const LONGEST_TEXT = 65_536
const MOST_COMMANDS = 1000
const MOST_RECIPIENTS = 100

/** One SMTP connection: submission (RFC 6409) with AUTH, into the mailboxes of the sandbox's people alone. */
export async function smtpSession(connection: Connection, house: House): Promise<void> {
  const say = (text: string): Promise<void> => connection.write(`${text}\r\n`)
  let person: Person | undefined
  let from: string | undefined
  let to: string[] = []
  await say('220 localhost ESMTP Evergrant sandbox')
  for (let commands = 0; commands < MOST_COMMANDS; commands++) {
    const line = await lineOf(connection, LONGEST_LINE)
    if (line === undefined) return
    if (line === null) {
      await say('500 5.5.2 the line is too long')
      continue
    }
    const [, word = '', rest = ''] = /^(\S*) ?(.*)$/.exec(line) ?? []
    const path = /^(?:FROM|TO):\s*<([^<>\s]*)>/i.exec(rest)?.[1]
    switch (word.toUpperCase()) {
      case 'EHLO': {
        const starttls = house.tls !== undefined && !connection.secure ? ['STARTTLS'] : []
        const words = [
          'localhost',
          'PIPELINING',
          '8BITMIME',
          `SIZE ${LARGEST_MAIL}`,
          'ENHANCEDSTATUSCODES',
          ...starttls,
          'AUTH XOAUTH2 OAUTHBEARER PLAIN LOGIN',
        ]
        await say(words.map((one, at) => `250${at === words.length - 1 ? ' ' : '-'}${one}`).join('\r\n'))
        break
      }
      case 'HELO':
        await say('250 localhost')
        break
      case 'NOOP':
        await say('250 2.0.0 done')
        break
      case 'RSET':
        from = undefined
        to = []
        await say('250 2.0.0 done')
        break
      case 'QUIT':
        return say('221 2.0.0 see you')
      case 'STARTTLS':
        if (house.tls === undefined || connection.secure) {
          await say('503 5.5.1 TLS cannot begin here')
          break
        }
        await say('220 2.0.0 begin TLS')
        if (!(await connection.startTls(house.tls))) return
        break
      case 'AUTH': {
        const outcome = await authenticated(connection, house, rest.split(' '))
        if (outcome === undefined) return
        if (typeof outcome === 'string') await say(outcome)
        else {
          person = outcome
          await say('235 2.7.0 signed in')
        }
        break
      }
      case 'MAIL':
        if (person === undefined) await say('530 5.7.0 sign in first')
        else if (!person.valid()) {
          await say('421 4.7.0 the access token has ended, sign in again')
          return
        } else if (path?.toLowerCase() !== person.mailbox)
          await say(`553 5.7.1 only ${person.mailbox} may be the sender`)
        // RFC 1870 §6.1: what is announced as too large is refused before it is sent.
        else if (announced(rest) > LARGEST_MAIL) await say('552 5.3.4 the mail is too large')
        else {
          from = path
          to = []
          await say('250 2.1.0 done')
        }
        break
      case 'RCPT': {
        const mailbox = house.signIn.receives(path ?? '')
        if (from === undefined) await say('503 5.5.1 MAIL first')
        else if (mailbox === undefined)
          await say('550 5.1.1 nobody here has this address, and nothing leaves the sandbox')
        else if (to.length >= MOST_RECIPIENTS) await say('452 4.5.3 too many recipients')
        else {
          to.push(mailbox)
          await say('250 2.1.5 done')
        }
        break
      }
      case 'DATA': {
        if (person === undefined || to.length === 0) {
          await say('503 5.5.1 RCPT first')
          break
        }
        await say('354 go on')
        const mail = await data(connection)
        if (mail === undefined) return
        if (typeof mail === 'string') await say(mail)
        else if (
          [...new Set(to)]
            .map((mailbox) => house.store.append(mailbox, 'INBOX', mail))
            .some((kept) => kept === undefined)
        )
          await say('452 4.2.2 a mailbox is full')
        else {
          if (house.savesSent) house.store.append(person.mailbox, 'Sent', mail, ['\\Seen'])
          await say('250 2.0.0 delivered')
        }
        from = undefined
        to = []
        break
      }
      default:
        await say('502 5.5.1 there is no such command')
    }
  }
  await say('421 4.7.0 too many commands')
}

/** Who signed in; a text is the refusal, undefined the end. */
async function authenticated(
  connection: Connection,
  house: House,
  [mechanism = '', initial]: readonly string[],
): Promise<Person | string | undefined> {
  const ask = async (prompt: string): Promise<string | undefined> => {
    await connection.write(`334 ${prompt}\r\n`)
    return connection.line(LONGEST_LINE)
  }
  const name = mechanism.toUpperCase()
  let outcome: SignedIn
  if (name === 'XOAUTH2' || name === 'OAUTHBEARER') {
    const message = initial ?? (await ask(''))
    if (message === undefined) return undefined
    if (message === '*') return '501 5.7.0 cancelled'
    outcome = house.signIn.bySasl(name, message)
    if (isSignedIn(outcome)) return outcome
    if ((await ask(saslError(outcome, house.issuer))) === undefined) return undefined
  } else if (name === 'PLAIN') {
    const message = initial ?? (await ask(''))
    if (message === undefined) return undefined
    const [, user = '', password = ''] = decoded(message)?.split('\0') ?? []
    outcome = house.signIn.byPassword(user, password)
  } else if (name === 'LOGIN') {
    const user = initial ?? (await ask('VXNlcm5hbWU6'))
    const password = user === undefined ? undefined : await ask('UGFzc3dvcmQ6')
    if (user === undefined || password === undefined) return undefined
    outcome = house.signIn.byPassword(decoded(user) ?? '', decoded(password) ?? '')
  } else return '504 5.5.4 there is no such mechanism'
  return isSignedIn(outcome) ? outcome : `535 5.7.8 ${outcome.status}`
}

/** A line; null when it was too long and is forgotten, undefined at the end of the stream. */
async function lineOf(connection: Connection, longest: number): Promise<string | null | undefined> {
  try {
    return await connection.line(longest)
  } catch (error) {
    if (!(error instanceof TooLong)) throw error
    await connection.skipLine()
    return null
  }
}

/** The octets that `SIZE=` of MAIL announces; 0 without it. */
function announced(parameters: string): number {
  return Number(/\sSIZE=(\d{1,20})(?:\s|$)/i.exec(parameters)?.[1] ?? 0)
}

/**
 * The mail with its dots taken off again (RFC 5321 §4.5.2); a text is why it is refused, undefined the end of the stream. Only a dot
 * between two CRLFs ends it: what another server takes for its end too must not begin a second mail here.
 */
async function data(connection: Connection): Promise<Buffer | string | undefined> {
  const lines: string[] = []
  let size = 0
  let fault: string | undefined
  let after = false
  for (;;) {
    const line = await lineOf(connection, LONGEST_TEXT)
    if (line === undefined) return undefined
    const bare = connection.bare
    if (line === '.' && !bare && !after) break
    after = bare
    if (bare) fault ??= '550 5.6.11 lines end with CR and LF, and nothing else does'
    if (line === null) fault ??= '500 5.6.0 a line of the mail is too long'
    size += (line?.length ?? LONGEST_TEXT) + 2
    if (size > LARGEST_MAIL) fault ??= '552 5.3.4 the mail is too large'
    if (fault === undefined && line !== null) lines.push(line.startsWith('.') ? line.slice(1) : line)
    else lines.length = 0
  }
  return fault ?? Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1')
}
