import type { Connection } from './connection.ts'
import { type House, isSignedIn, type Person } from './house.ts'
import { decoded, type SignedIn, saslError } from './mail-sign-in.ts'
import { type Folder, type Message, remove } from './mail-store.ts'

/** RFC 5034 §4: a response of a SASL exchange. */
const LONGEST_LINE = 12_288
const MOST_COMMANDS = 10_000

/** One POP3 connection (RFC 1939, RFC 2449, RFC 2595, RFC 5034): the INBOX. */
export async function popSession(connection: Connection, house: House): Promise<void> {
  const say = (text: string): Promise<void> => connection.write(`${text}\r\n`)
  let name = ''
  let person: Person | undefined
  let folder: Folder | undefined
  let messages: readonly Message[] = []
  const gone = new Set<number>()
  await say('+OK Evergrant sandbox')
  const enter = async (outcome: SignedIn): Promise<void> => {
    if (!isSignedIn(outcome)) return say(`-ERR [AUTH] ${outcome.status}`)
    person = outcome
    folder = house.store.mailbox(outcome.mailbox).get('INBOX')
    messages = folder?.messages ?? []
    await say(`+OK messages: ${messages.length}`)
  }
  const numbered = (text: string | undefined): Message | undefined => {
    const message = /^\d{1,9}$/.test(text ?? '') ? messages[Number(text) - 1] : undefined
    return message === undefined || gone.has(message.uid) ? undefined : message
  }
  const listing = async (text: string | undefined, row: (message: Message) => string | number): Promise<void> => {
    if (text !== undefined) {
      const message = numbered(text)
      return say(message === undefined ? '-ERR there is no such message' : `+OK ${text} ${row(message)}`)
    }
    const rows = messages.flatMap((message, at) => (gone.has(message.uid) ? [] : [`${at + 1} ${row(message)}\r\n`]))
    await say(`+OK\r\n${rows.join('')}.`)
  }
  for (let commands = 0; commands < MOST_COMMANDS; commands++) {
    const line = await connection.line(LONGEST_LINE)
    if (line === undefined) return
    const [word = '', first, second] = line.split(' ')
    const command = word.toUpperCase()
    if (command === 'QUIT') {
      if (folder !== undefined) remove(folder, gone)
      return say('+OK see you')
    }
    if (command === 'CAPA') {
      const starttls = house.tls !== undefined && !connection.secure ? 'STLS\r\n' : ''
      await say(
        `+OK\r\nTOP\r\nUIDL\r\nUSER\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\n${starttls}SASL XOAUTH2 OAUTHBEARER\r\n.`,
      )
    } else if (command === 'NOOP') await say('+OK')
    else if (command === 'STLS' && person === undefined && house.tls !== undefined && !connection.secure) {
      await say('+OK begin TLS')
      if (!(await connection.startTls(house.tls))) return
    } else if (person === undefined) {
      const mechanism = first?.toUpperCase()
      if (command === 'USER') {
        name = first ?? ''
        await say('+OK')
      } else if (command === 'PASS') await enter(house.signIn.byPassword(name, line.slice(5)))
      else if (command === 'AUTH' && (mechanism === 'XOAUTH2' || mechanism === 'OAUTHBEARER')) {
        if (second === undefined) await say('+ ')
        const message = second ?? (await connection.line(LONGEST_LINE))
        if (message === undefined) return
        const outcome = house.signIn.bySasl(mechanism, message)
        if (message !== '*' && !isSignedIn(outcome)) {
          await say(`+ ${saslError(outcome, house.issuer)}`)
          if ((await connection.line(LONGEST_LINE)) === undefined) return
        }
        if (message === '*') await say('-ERR cancelled')
        else await enter(outcome)
      } else if (command === 'AUTH' && mechanism === 'PLAIN') {
        if (second === undefined) await say('+ ')
        const message = second ?? (await connection.line(LONGEST_LINE))
        if (message === undefined) return
        const [, user = '', password = ''] = decoded(message)?.split('\0') ?? []
        await enter(house.signIn.byPassword(user, password))
      } else await say('-ERR sign in first')
    } else if (!person.valid()) return say('-ERR [SYS/TEMP] the access token has ended, sign in again')
    else if (command === 'STAT') {
      const left = messages.filter(({ uid }) => !gone.has(uid))
      await say(`+OK ${left.length} ${left.reduce((sum, { raw }) => sum + raw.length, 0)}`)
    } else if (command === 'LIST') await listing(first, ({ raw }) => raw.length)
    else if (command === 'UIDL') await listing(first, ({ uid }) => `${folder?.uidValidity}.${uid}`)
    else if (command === 'RETR' || command === 'TOP') {
      const message = numbered(first)
      if (message === undefined) await say('-ERR there is no such message')
      else await say(`+OK\r\n${stuffed(message.raw, command === 'TOP' ? Number(second ?? 0) : undefined)}.`)
    } else if (command === 'DELE') {
      const message = numbered(first)
      if (message !== undefined) gone.add(message.uid)
      await say(message === undefined ? '-ERR there is no such message' : '+OK')
    } else if (command === 'RSET') {
      gone.clear()
      await say('+OK')
    } else await say('-ERR there is no such command')
  }
}

/** The lines of a message with dots doubled (RFC 1939 §3); with `top`, the header and so many lines. */
function stuffed(raw: Buffer, top: number | undefined): string {
  const text = raw.toString('latin1').replace(/\r?\n$/, '')
  const lines = text.split(/\r?\n/)
  const header = lines.indexOf('')
  const kept = top === undefined || header < 0 ? lines : lines.slice(0, header + 1 + top)
  return kept.map((line) => `${line.startsWith('.') ? '.' : ''}${line}\r\n`).join('')
}
