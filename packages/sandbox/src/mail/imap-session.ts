// Long because: the commands of one protocol share a session's state, and each is a few lines.
import type { Connection } from './connection.ts'
import { type House, isSignedIn, LARGEST_MAIL, type Person } from './house.ts'
import { expandMacro, fetchItem, readDate } from './imap-fetch.ts'
import { readSearch } from './imap-search.ts'
import { type Argument, inSet, quoted, readArguments, textOf } from './imap-text.ts'
import { saslError } from './mail-sign-in.ts'
import { type Folder, type Mailbox, type Message, remove, setFlags } from './mail-store.ts'

const LONGEST_LINE = 65_536
/** Literals before anybody has signed in. */
const FIRST_LITERAL = 16_384
/** Commands before anybody has signed in. */
const MOST_COMMANDS = 50

interface Command {
  readonly tag: string
  /** In upper case. */
  readonly name: string
  readonly given: readonly Argument[]
}

/** A message as the client knows it: its place in the view is its sequence number. */
interface Seen {
  readonly message: Message
  revision: number
}

interface Selected {
  readonly folder: Folder
  readonly readOnly: boolean
  readonly view: Seen[]
  /** The highest UID that the client was told of. */
  known: number
}

type Outcome = string | 'end'

/**
 * One IMAP connection: IMAP4rev1 (RFC 3501) with SASL-IR, LITERAL+, IDLE, NAMESPACE, SPECIAL-USE, UIDPLUS, MOVE, UNSELECT, ID.
 * When the token ends, so does the session, as at the large providers.
 */
export async function imapSession(connection: Connection, house: House): Promise<void> {
  await new ImapSession(connection, house).run()
}

class ImapSession {
  readonly #connection: Connection
  readonly #house: House
  readonly #left = new AbortController()
  #person: Person | undefined
  #ended: Promise<void> = new Promise(() => undefined)
  #selected: Selected | undefined

  constructor(connection: Connection, house: House) {
    this.#connection = connection
    this.#house = house
  }

  async run(): Promise<void> {
    try {
      await this.#say(`* OK [CAPABILITY ${this.#capabilities()}] Evergrant sandbox\r\n`)
      for (let commands = 0; this.#person !== undefined || commands < MOST_COMMANDS; commands++) {
        const command = await this.#command()
        if (command === undefined) return
        if (command === 'expired') {
          await this.#say('* BYE The access token has ended, sign in again\r\n')
          return
        }
        if (command === 'unreadable') {
          await this.#say('* BAD the command cannot be read\r\n')
          continue
        }
        const outcome = await this.#run(command)
        if (outcome === 'end') return
        await this.#say(`${command.tag} ${outcome}\r\n`)
        if (command.name === 'STARTTLS' && outcome.startsWith('OK') && this.#house.tls !== undefined)
          if (!(await this.#connection.startTls(this.#house.tls))) return
      }
      await this.#say('* BYE too many commands\r\n')
    } finally {
      this.#left.abort()
    }
  }

  #say(text: string): Promise<void> {
    return this.#connection.write(text)
  }

  #capabilities(): string {
    const starttls = this.#house.tls !== undefined && !this.#connection.secure ? ' STARTTLS' : ''
    const first = `${starttls} AUTH=XOAUTH2 AUTH=OAUTHBEARER`
    return `IMAP4rev1 SASL-IR LITERAL+ IDLE ID NAMESPACE SPECIAL-USE UIDPLUS MOVE UNSELECT${this.#person === undefined ? first : ''}`
  }

  async #command(): Promise<Command | 'expired' | 'unreadable' | undefined> {
    const expired = this.#ended.then(() => 'expired' as const)
    const first = await Promise.race([this.#connection.line(LONGEST_LINE), expired])
    if (first === undefined) return undefined
    if (first === 'expired' || this.#person?.valid() === false) return 'expired'
    const [, tag, name = '', rest = ''] = /^([^\s+(){%*"\\]{1,64}) ([A-Za-z]+)(?: (.*))?$/.exec(first) ?? []
    if (tag === undefined) return 'unreadable'
    const lines = [rest]
    const literals: Buffer[] = []
    for (;;) {
      const [, size, plus] = /\{(\d{1,10})(\+?)\}$/.exec(lines.at(-1) ?? '') ?? []
      if (size === undefined) break
      if (Number(size) > (this.#person === undefined ? FIRST_LITERAL : LARGEST_MAIL)) {
        // What does not wait for us is on its way already, and would be taken for commands.
        await this.#say(
          plus === '+'
            ? '* BYE [TOOBIG] the literal is too long\r\n'
            : `${tag} NO [TOOBIG] the literal is too long\r\n`,
        )
        if (plus === '+') return undefined
        return this.#command()
      }
      if (plus !== '+') await this.#say('+ go on\r\n')
      const octets = await this.#connection.octets(Number(size))
      const line = octets === undefined ? undefined : await this.#connection.line(LONGEST_LINE)
      if (octets === undefined || line === undefined) return undefined
      literals.push(octets)
      // The literal's end may be followed by a space and more; the reader expects the space at the end of an argument.
      lines.push(line)
    }
    const given = readArguments(lines, literals)
    return given === undefined ? { tag, name: 'UNREADABLE', given: [] } : { tag, name: name.toUpperCase(), given }
  }

  async #run(command: Command): Promise<Outcome> {
    const { tag, name, given } = command
    switch (name) {
      case 'CAPABILITY':
        await this.#say(`* CAPABILITY ${this.#capabilities()}\r\n`)
        return 'OK done'
      case 'NOOP':
      case 'CHECK':
        await this.#news(true)
        return 'OK done'
      case 'LOGOUT':
        await this.#say(`* BYE see you\r\n${tag} OK done\r\n`)
        return 'end'
      case 'ID':
        await this.#say('* ID ("name" "Evergrant sandbox")\r\n')
        return 'OK done'
      case 'STARTTLS':
        return this.#house.tls !== undefined && !this.#connection.secure ? 'OK begin TLS' : 'BAD TLS cannot begin here'
      case 'UNREADABLE':
        return 'BAD the arguments cannot be read'
    }
    if (this.#person === undefined) {
      if (name === 'LOGIN') return this.#login(given)
      if (name === 'AUTHENTICATE') return this.#authenticate(given)
      return 'BAD sign in first'
    }
    return this.#mail(command, this.#person)
  }

  #login([name, password]: readonly Argument[]): Outcome {
    const outcome = this.#house.signIn.byPassword(textOf(name) ?? '', textOf(password) ?? '')
    if (!isSignedIn(outcome))
      return 'NO [AUTHENTICATIONFAILED] the password is neither a token for this mailbox nor its own'
    return this.#enter(outcome)
  }

  #enter(person: Person): Outcome {
    this.#person = person
    this.#ended = this.#house.ended(person, this.#left.signal)
    return `OK [CAPABILITY ${this.#capabilities()}] signed in`
  }

  async #authenticate([mechanism, initial]: readonly Argument[]): Promise<Outcome> {
    const name = textOf(mechanism)?.toUpperCase() ?? ''
    if (name !== 'XOAUTH2' && name !== 'OAUTHBEARER') return 'NO [CANNOT] only XOAUTH2 and OAUTHBEARER'
    let message = textOf(initial)
    if (message === undefined) {
      await this.#say('+ \r\n')
      message = await this.#connection.line(LONGEST_LINE)
      if (message === undefined) return 'end'
    }
    if (message === '*') return 'BAD cancelled'
    const outcome = this.#house.signIn.bySasl(name, message)
    if (isSignedIn(outcome)) return this.#enter(outcome)
    await this.#say(`+ ${saslError(outcome, this.#house.issuer)}\r\n`)
    // The client's acknowledgement: empty, or 0x01 (RFC 7628 §3.2.3).
    if ((await this.#connection.line(LONGEST_LINE)) === undefined) return 'end'
    return `NO [AUTHENTICATIONFAILED] ${outcome.status}`
  }

  async #mail({ tag, name, given }: Command, { mailbox: address }: Person): Promise<Outcome> {
    const { store } = this.#house
    const mailbox = store.mailbox(address)
    const [first] = given
    switch (name) {
      case 'NAMESPACE':
        await this.#say('* NAMESPACE (("" "/")) NIL NIL\r\n')
        return 'OK done'
      case 'LIST':
      case 'LSUB':
        return this.#list(name, mailbox, given)
      case 'SUBSCRIBE':
      case 'UNSUBSCRIBE':
        return folderOf(mailbox, first) === undefined ? 'NO there is no such folder' : 'OK done'
      case 'CREATE': {
        const wanted = textOf(first) ?? ''
        if (!/^[^\r\n%*]{1,200}$/.test(wanted)) return 'NO [CANNOT] no folder can have this name'
        return store.create(address, wanted.replace(/\/$/, ''))
          ? 'OK done'
          : 'NO [ALREADYEXISTS] the folder is there already'
      }
      case 'DELETE': {
        const folder = folderOf(mailbox, first)
        if (folder === undefined || folder.use !== undefined || folder.name === 'INBOX')
          return 'NO [CANNOT] this folder stays'
        mailbox.delete(folder.name)
        return 'OK done'
      }
      case 'STATUS':
        return this.#status(mailbox, given)
      case 'APPEND':
        return this.#append(address, mailbox, given)
      case 'SELECT':
      case 'EXAMINE':
        return this.#select(mailbox, first, name === 'EXAMINE')
      case 'IDLE':
        return this.#idle(tag)
      case 'ENABLE':
        await this.#say('* ENABLED\r\n')
        return 'OK done'
    }
    const selected = this.#selected
    if (selected === undefined) return 'BAD select a folder first'
    return this.#inFolder(name, given, mailbox, selected, address)
  }

  async #inFolder(
    name: string,
    given: readonly Argument[],
    mailbox: Mailbox,
    selected: Selected,
    address: string,
  ): Promise<Outcome> {
    const byUid = name === 'UID'
    const command = byUid ? (textOf(given[0])?.toUpperCase() ?? '') : name
    const rest = byUid ? given.slice(1) : given
    switch (command) {
      case 'CLOSE':
      case 'UNSELECT':
        if (command === 'CLOSE' && !selected.readOnly) expunge(selected)
        this.#selected = undefined
        return 'OK done'
      case 'EXPUNGE': {
        if (selected.readOnly) return 'NO [READ-ONLY] the folder is open for reading'
        expunge(selected, byUid ? inSet(textOf(rest[0]) ?? '', lastUid(selected)) : undefined)
        await this.#news(true)
        return 'OK done'
      }
      case 'SEARCH': {
        const test = readSearch(rest, { sequence: selected.view.length, uid: lastUid(selected) })
        if (test === undefined) return 'BAD the search cannot be read'
        const found = selected.view.flatMap(({ message }, at) =>
          test(message, at + 1) ? [byUid ? message.uid : at + 1] : [],
        )
        await this.#say(`* SEARCH${found.map((number) => ` ${number}`).join('')}\r\n`)
        await this.#news(byUid)
        return 'OK done'
      }
      case 'FETCH':
        return this.#fetch(selected, rest, byUid)
      case 'STORE':
        return this.#store(selected, rest, byUid)
      case 'COPY':
      case 'MOVE': {
        const found = chosen(selected, rest[0], byUid)
        const into = folderOf(mailbox, rest[1])
        if (found === undefined) return 'BAD the set cannot be read'
        if (into === undefined) return 'NO [TRYCREATE] there is no such folder'
        const copies = found.map(({ seen: { message } }) =>
          this.#house.store.append(address, into.name, message.raw, message.flags, message.received),
        )
        if (copies.some((copy) => copy === undefined)) return 'NO [OVERQUOTA] the mailbox is full'
        if (command === 'MOVE') remove(selected.folder, new Set(found.map(({ seen }) => seen.message.uid)))
        const from = found.map(({ seen }) => seen.message.uid).join(',')
        const to = copies.map((copy) => copy?.uid).join(',')
        const code = found.length === 0 ? '' : `[COPYUID ${into.uidValidity} ${from} ${to}] `
        if (command === 'MOVE' && code !== '') await this.#say(`* OK ${code}moved\r\n`)
        await this.#news(true)
        return `OK ${command === 'COPY' ? code : ''}done`
      }
      default:
        return 'BAD there is no such command'
    }
  }

  async #list(name: string, mailbox: Mailbox, given: readonly Argument[]): Promise<Outcome> {
    const [reference = '', pattern = ''] = given.filter(({ kind }) => kind !== 'list').map((one) => textOf(one) ?? '')
    if (pattern === '') {
      await this.#say(`* ${name} (\\Noselect) "/" ""\r\n`)
      return 'OK done'
    }
    const wanted = new RegExp(
      `^${(reference + pattern)
        .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('%', '[^/]*')}$`,
      'i',
    )
    for (const folder of mailbox.values()) {
      if (!wanted.test(folder.name)) continue
      const marks = ['\\HasNoChildren', ...(folder.use === undefined ? [] : [folder.use])]
      await this.#say(`* ${name} (${marks.join(' ')}) "/" ${quoted(folder.name)}\r\n`)
    }
    return 'OK done'
  }

  async #status(mailbox: Mailbox, [name, items]: readonly Argument[]): Promise<Outcome> {
    const folder = folderOf(mailbox, name)
    if (folder === undefined) return 'NO [NONEXISTENT] there is no such folder'
    if (items?.kind !== 'list') return 'BAD which items?'
    const figures: Readonly<Record<string, number>> = {
      MESSAGES: folder.messages.length,
      RECENT: 0,
      UIDNEXT: folder.uidNext,
      UIDVALIDITY: folder.uidValidity,
      UNSEEN: folder.messages.filter(({ flags }) => !flags.has('\\Seen')).length,
    }
    const told = items.items.flatMap((item) => {
      const key = textOf(item)?.toUpperCase() ?? ''
      return figures[key] === undefined ? [] : [`${key} ${figures[key]}`]
    })
    await this.#say(`* STATUS ${quoted(folder.name)} (${told.join(' ')})\r\n`)
    return 'OK done'
  }

  async #append(address: string, mailbox: Mailbox, given: readonly Argument[]): Promise<Outcome> {
    const folder = folderOf(mailbox, given[0])
    const raw = given.at(-1)
    if (folder === undefined) return 'NO [TRYCREATE] there is no such folder'
    if (given.length < 2 || raw?.kind !== 'string') return 'BAD the message is missing'
    const flags = given[1]?.kind === 'list' ? given[1].items.flatMap((flag) => textOf(flag) ?? []) : []
    const dated = given.slice(1, -1).find(({ kind }) => kind === 'string')
    const message = this.#house.store.append(address, folder.name, raw.octets, flags, readDate(textOf(dated) ?? ''))
    if (message === undefined) return 'NO [OVERQUOTA] the mailbox is full'
    await this.#news(true)
    return `OK [APPENDUID ${folder.uidValidity} ${message.uid}] done`
  }

  async #select(mailbox: Mailbox, name: Argument | undefined, readOnly: boolean): Promise<Outcome> {
    this.#selected = undefined
    const folder = folderOf(mailbox, name)
    if (folder === undefined) return 'NO [NONEXISTENT] there is no such folder'
    const view = folder.messages.map((message) => ({ message, revision: message.revision }))
    this.#selected = { folder, readOnly, view, known: folder.uidNext - 1 }
    const unseen = view.findIndex(({ message }) => !message.flags.has('\\Seen'))
    await this.#say(
      [
        '* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)',
        `* OK [PERMANENTFLAGS (${readOnly ? '' : '\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*'})] kept`,
        `* ${view.length} EXISTS`,
        '* 0 RECENT',
        ...(unseen < 0 ? [] : [`* OK [UNSEEN ${unseen + 1}] first`]),
        `* OK [UIDVALIDITY ${folder.uidValidity}] valid`,
        `* OK [UIDNEXT ${folder.uidNext}] next`,
        '',
      ].join('\r\n'),
    )
    return `OK [${readOnly ? 'READ-ONLY' : 'READ-WRITE'}] done`
  }

  async #fetch(selected: Selected, [set, wanted]: readonly Argument[], byUid: boolean): Promise<Outcome> {
    const found = chosen(selected, set, byUid)
    const given = wanted?.kind === 'list' ? wanted.items : wanted === undefined ? [] : [wanted]
    // A field list may have been read as an argument of its own: BODY[HEADER.FIELDS (DATE FROM)].
    const items = given.flatMap((item) => expandMacro(textOf(item) ?? ''))
    if (found === undefined || items.length === 0) return 'BAD the arguments cannot be read'
    const all = byUid && !items.some((item) => item.toUpperCase() === 'UID') ? ['UID', ...items] : items
    for (const { seen, sequence } of found) {
      const answers = all.map((item) => fetchItem(item, seen.message))
      if (answers.some((answer) => answer === undefined)) return 'BAD there is no such item'
      const texts = answers.flatMap((answer) => answer?.text ?? [])
      const read = answers.some((answer) => answer?.reads) && !selected.readOnly && !seen.message.flags.has('\\Seen')
      if (read) {
        setFlags(selected.folder, seen.message, new Set([...seen.message.flags, '\\Seen']))
        seen.revision = seen.message.revision
        texts.push(`FLAGS (${[...seen.message.flags].join(' ')})`)
      }
      await this.#say(`* ${sequence} FETCH (${texts.join(' ')})\r\n`)
    }
    await this.#news(byUid)
    return 'OK done'
  }

  async #store(selected: Selected, [set, how, flags]: readonly Argument[], byUid: boolean): Promise<Outcome> {
    const found = chosen(selected, set, byUid)
    const [, sign = '', silent] = /^([+-]?)FLAGS(\.SILENT)?$/i.exec(textOf(how) ?? '') ?? []
    if (found === undefined || how === undefined || flags === undefined) return 'BAD the arguments cannot be read'
    if (selected.readOnly) return 'NO [READ-ONLY] the folder is open for reading'
    const given = (flags.kind === 'list' ? flags.items : [flags]).flatMap((flag) => textOf(flag) ?? [])
    for (const { seen, sequence } of found) {
      const { message } = seen
      const next = new Set(sign === '' ? given : message.flags)
      for (const flag of given) sign === '-' ? next.delete(flag) : next.add(flag)
      setFlags(selected.folder, message, next)
      seen.revision = message.revision
      const uid = byUid ? `UID ${message.uid} ` : ''
      if (silent === undefined) await this.#say(`* ${sequence} FETCH (${uid}FLAGS (${[...next].join(' ')}))\r\n`)
    }
    await this.#news(byUid)
    return 'OK done'
  }

  async #idle(tag: string): Promise<Outcome> {
    await this.#say('+ idling\r\n')
    let wake: () => void = () => undefined
    let fresh = true
    const hear = (): void => {
      fresh = true
      wake()
    }
    const folder = this.#selected?.folder
    folder?.listeners.add(hear)
    try {
      const line = this.#connection.line(LONGEST_LINE)
      const expired = this.#ended.then(() => 'expired' as const)
      for (;;) {
        if (fresh) {
          fresh = false
          await this.#news(true)
          continue
        }
        const woken = new Promise<'news'>((resolve) => {
          wake = () => resolve('news')
        })
        const first = await Promise.race([line, expired, woken])
        if (first === 'news') continue
        if (first === undefined) return 'end'
        if (first === 'expired') {
          await this.#say('* BYE The access token has ended, sign in again\r\n')
          return 'end'
        }
        if (first.toUpperCase() === 'DONE') return 'OK done'
        await this.#say(`${tag} BAD end IDLE with DONE\r\n`)
        return 'end'
      }
    } finally {
      folder?.listeners.delete(hear)
    }
  }

  /** Tells what others have done to the folder; of expunged messages only where a number cannot be misread (RFC 3501 §7.4.1). */
  async #news(withExpunged: boolean): Promise<void> {
    const selected = this.#selected
    if (selected === undefined) return
    const { folder, view } = selected
    let told = ''
    if (withExpunged) {
      const there = new Set(folder.messages.map(({ uid }) => uid))
      for (let at = view.length - 1; at >= 0; at--) {
        const seen = view[at]
        if (seen === undefined || there.has(seen.message.uid)) continue
        view.splice(at, 1)
        told += `* ${at + 1} EXPUNGE\r\n`
      }
    }
    const arrived = folder.messages.filter(({ uid }) => uid > selected.known)
    for (const message of arrived) view.push({ message, revision: message.revision })
    selected.known = folder.uidNext - 1
    if (arrived.length > 0) told += `* ${view.length} EXISTS\r\n`
    for (const [at, seen] of view.entries()) {
      if (seen.revision === seen.message.revision) continue
      seen.revision = seen.message.revision
      told += `* ${at + 1} FETCH (UID ${seen.message.uid} FLAGS (${[...seen.message.flags].join(' ')}))\r\n`
    }
    if (told !== '') await this.#say(told)
  }
}

function folderOf(mailbox: Mailbox, name: Argument | undefined): Folder | undefined {
  const text = textOf(name) ?? ''
  return mailbox.get(text.toUpperCase() === 'INBOX' ? 'INBOX' : text)
}

const lastUid = ({ view }: Selected): number => view.at(-1)?.message.uid ?? 0

function chosen(
  selected: Selected,
  set: Argument | undefined,
  byUid: boolean,
): { seen: Seen; sequence: number }[] | undefined {
  const { view } = selected
  const test = inSet(textOf(set) ?? '', byUid ? lastUid(selected) : view.length)
  if (test === undefined) return undefined
  return view.flatMap((seen, at) => (test(byUid ? seen.message.uid : at + 1) ? [{ seen, sequence: at + 1 }] : []))
}

function expunge({ folder }: Selected, only: (uid: number) => boolean = () => true): void {
  const gone = folder.messages.filter(({ uid, flags }) => flags.has('\\Deleted') && only(uid)).map(({ uid }) => uid)
  remove(folder, new Set(gone))
}
