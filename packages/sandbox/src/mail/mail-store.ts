import { BoundedMap } from '../bounded-map.ts'

/** A message as it arrived. */
export interface Message {
  readonly uid: number
  readonly raw: Buffer
  /** Epoch seconds at which it came. */
  readonly received: number
  flags: ReadonlySet<string>
  /** Grows with each change of the flags. */
  revision: number
}

/** A folder, and who wants to hear of its changes. */
export interface Folder {
  readonly name: string
  /** Special use (RFC 6154), such as `\Sent`. */
  readonly use?: string | undefined
  readonly uidValidity: number
  uidNext: number
  messages: readonly Message[]
  readonly listeners: Set<() => void>
}

export type Mailbox = Map<string, Folder>

const FOLDERS = [
  ['INBOX', undefined],
  ['Sent', '\\Sent'],
  ['Drafts', '\\Drafts'],
  ['Trash', '\\Trash'],
  ['Junk', '\\Junk'],
] as const

/** Octets in one mailbox. */
const LARGEST_MAILBOX = 64 * 1024 * 1024
const MOST_FOLDERS = 100

/** The mailboxes of the sandbox's people, in memory: they are gone with the process. */
export class MailStore {
  readonly #mailboxes = new BoundedMap<Mailbox>(1000)
  readonly #now: () => number
  #validity: number

  constructor(now: () => number) {
    this.#now = now
    // Another one with every start: UIDs of a former process mean nothing now.
    this.#validity = Math.max(1, Math.floor(now()) % 2 ** 31)
  }

  /** The mailbox of an address that is known to exist, made with a first message when it is new. */
  mailbox(address: string): Mailbox {
    const known = this.#mailboxes.get(address)
    if (known !== undefined) return known
    const made: Mailbox = new Map()
    this.#mailboxes.set(address, made)
    for (const [name, use] of FOLDERS) made.set(name, this.#folder(name, use))
    this.append(address, 'INBOX', welcome(address, this.#now()))
    return made
  }

  /** Makes a folder; false when it is there already or there are too many. */
  create(address: string, name: string): boolean {
    const mailbox = this.mailbox(address)
    if (mailbox.has(name) || mailbox.size >= MOST_FOLDERS) return false
    mailbox.set(name, this.#folder(name))
    return true
  }

  /** Adds a message; undefined when there is no such folder or no room. */
  append(
    address: string,
    folder: string,
    raw: Buffer,
    flags: Iterable<string> = [],
    received: number = this.#now(),
  ): Message | undefined {
    const mailbox = this.mailbox(address)
    const into = mailbox.get(folder)
    let size = raw.length
    for (const { messages } of mailbox.values()) for (const message of messages) size += message.raw.length
    if (into === undefined || size > LARGEST_MAILBOX) return undefined
    const message: Message = { uid: into.uidNext++, raw, received, flags: new Set(flags), revision: 0 }
    into.messages = [...into.messages, message]
    tell(into)
    return message
  }

  #folder(name: string, use?: string): Folder {
    return { name, use, uidValidity: this.#validity++, uidNext: 1, messages: [], listeners: new Set() }
  }
}

export function setFlags(folder: Folder, message: Message, flags: ReadonlySet<string>): void {
  message.flags = flags
  message.revision += 1
  tell(folder)
}

export function remove(folder: Folder, uids: ReadonlySet<number>): void {
  if (uids.size === 0) return
  folder.messages = folder.messages.filter(({ uid }) => !uids.has(uid))
  tell(folder)
}

function tell({ listeners }: Folder): void {
  for (const listener of [...listeners]) listener()
}

function welcome(address: string, now: number): Buffer {
  const lines = [
    'From: Evergrant sandbox <postmaster@example.test>',
    `To: ${address}`,
    'Subject: This mailbox is for practice',
    `Date: ${new Date(now * 1000).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <welcome-${Math.floor(now)}@example.test>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Mail from one practice account to another arrives here. Nothing leaves this machine, and all of it is gone',
    'when the sandbox stops.',
    '',
  ]
  return Buffer.from(lines.join('\r\n'))
}
