import type { Readable } from 'node:stream'
import { OAuthError, type Want } from '@evergrant/core'
import { type ImapMailbox, imapMailbox, type RefusedRecipient, smtpSender } from '@evergrant/mail/clients'
import type { FetchMessageObject, ImapFlow, MessageAddressObject, MessageStructureObject } from 'imapflow'
import type { Tokens } from '../accounts/tokens.ts'
import type { MailHeader, MailList, MailMessage, MailSettings, NewMail, SentMail } from '../contract/index.ts'
import { Refusal } from '../problem.ts'
import { htmlText } from './html-text.ts'
import type { MailAccounts } from './mail-accounts.ts'

/** Octets of a text part that are read, and characters that are shown. */
const LARGEST_TEXT = 262_144
const LONGEST_TEXT = 100_000
const MOST_FOLDERS = 200
const MOST_ADDRESSES = 100
const MOST_ATTACHMENTS = 100
/** Octets of an attachment that is handed on, and of all that are sent with a mail. */
const LARGEST_ATTACHMENT = 25_000_000
const MOST_ATTACHED = 10_000_000
/** Messages of a conversation that an answer names. */
const MOST_REFERENCES = 20
/** Seconds that a mail server may be silent. */
const TIMEOUT = 20

/** What is saved of a message. */
export interface Attachment {
  readonly name: string
  readonly content: Readable
}

/** Reads and sends mail of an account, one connection for each request. */
export class Mailboxes {
  readonly #tokens: Tokens
  readonly #mail: MailAccounts

  constructor(tokens: Tokens, mail: MailAccounts) {
    this.#tokens = tokens
    this.#mail = mail
  }

  /** So many messages of a folder, newest first; `before` is the number of one in the folder's order. */
  async list(id: string, folder: string, limit: number, before?: number): Promise<MailList> {
    return this.#use(id, async (client) => {
      const all = (await client.list()).slice(0, MOST_FOLDERS)
      const folders = all.map(({ path, specialUse }) => ({ path, ...(specialUse ? { use: specialUse } : {}) }))
      const { exists } = await opened(client, folder)
      const last = Math.min(exists, (before ?? exists + 1) - 1)
      const first = Math.max(1, last - limit + 1)
      const messages: MailHeader[] = []
      if (last >= 1) {
        const wanted = { uid: true, envelope: true, flags: true, size: true, internalDate: true }
        for await (const message of client.fetch(`${first}:${last}`, wanted)) messages.push(headerOf(message))
      }
      messages.sort((a, b) => b.uid - a.uid)
      return { folder, folders, total: exists, messages, ...(first > 1 && last >= 1 ? { next: first } : {}) }
    })
  }

  /** One message: its headers, its text, and what else it has. It is not marked as read, and nothing in it is fetched. */
  async read(id: string, folder: string, uid: number): Promise<MailMessage> {
    return this.#use(id, async (client) => {
      await opened(client, folder)
      const wanted = { uid: true, envelope: true, flags: true, size: true, internalDate: true, bodyStructure: true }
      const message = await client.fetchOne(String(uid), wanted, { uid: true })
      if (!message) throw noMessage()
      const parts = leaves(message.bodyStructure)
      const isText = (type: string) => (part: MessageStructureObject) =>
        part.type === type && part.disposition !== 'attachment'
      const plain = parts.find(isText('text/plain'))
      const shown = plain ?? parts.find(isText('text/html'))
      const raw = shown === undefined ? '' : await textOf(client, uid, shown)
      const text = shown === plain ? raw.replaceAll('\r\n', '\n') : htmlText(raw)
      const attachments = parts
        .filter((part) => part !== shown && isAttached(part))
        .slice(0, MOST_ATTACHMENTS)
        .map(attachmentOf)
      return {
        ...headerOf(message),
        cc: named(message.envelope?.cc),
        reply_to: named(message.envelope?.replyTo),
        text: text.slice(0, LONGEST_TEXT),
        truncated: text.length > LONGEST_TEXT || (shown?.size ?? 0) > LARGEST_TEXT,
        attachments,
      }
    })
  }

  /** One attachment, while it comes from the mail server: whoever asked reads it to its end or destroys it. */
  async attachment(id: string, folder: string, uid: number, part: string): Promise<Attachment> {
    const kept = await this.#mailbox(id)
    try {
      const found = await kept.use(async (client) => {
        await opened(client, folder)
        const message = await client.fetchOne(String(uid), { uid: true, bodyStructure: true }, { uid: true })
        if (!message) throw noMessage()
        const wanted = leaves(message.bodyStructure).find((one) => (one.part ?? '1') === part && isAttached(one))
        if (wanted === undefined) throw new Refusal('NOT_FOUND', 'The message has no such attachment.')
        const { name = wanted.type === 'message/rfc822' ? 'message.eml' : 'attachment', size } = attachmentOf(wanted)
        if (size > LARGEST_ATTACHMENT)
          throw new Refusal('ATTACHMENT_TOO_LARGE', `${name} has more than 25 MB: a mail program can fetch it.`)
        const { content } = await client.download(String(uid), part, { uid: true, maxBytes: LARGEST_ATTACHMENT })
        if (content === undefined) throw new Refusal('NOT_FOUND', 'The message has no such attachment.')
        return { name, content }
      })
      found.content.once('close', () => void kept.close())
      return found
    } catch (error) {
      await kept.close()
      throw error
    }
  }

  /** Sends a text with what is attached. Rejects when the server did not take it. */
  async send(id: string, mail: NewMail): Promise<SentMail> {
    const { to, cc = [], subject, text, answers, attachments = [] } = mail
    const attached = attachments.map(({ name, type, content }, at) => ({
      filename: name,
      content: decoded(content, `attachments.${at}.content`),
      contentType: type ?? 'application/octet-stream',
    }))
    if (attached.reduce((sum, { content }) => sum + content.length, 0) > MOST_ATTACHED)
      throw new Refusal('ATTACHMENT_TOO_LARGE', 'What is attached has more than 10 MB.')
    const conversation = answers === undefined ? {} : await this.#conversation(id, answers)
    const settings = await this.#settings(id)
    const { mailbox, smtp, imap, mechanism, sent_copy } = settings
    if (smtp === undefined) throw unknown('sending')
    const source = this.#source(id)
    const connecting = await this.#mail.connecting(id, TIMEOUT)
    const saves = sent_copy === 'client' && imap !== undefined
    const kept = saves ? imapMailbox(source, { mailbox, imap, mechanism }, connecting) : undefined
    const sent = kept && { by: 'client' as const, mailbox: kept }
    try {
      await using sender = smtpSender(source, { mailbox, smtp, mechanism }, { ...connecting, maxConnections: 1, sent })
      const closed = { disableFileAccess: true, disableUrlAccess: true }
      const composed = { to: bare(to), cc: bare(cc), subject, text, attachments: attached, ...conversation, ...closed }
      const { info, refused, copy, copyError } = await sender.send(composed)
      return {
        message_id: info.messageId,
        ...(refused.length === 0 ? {} : { refused: refused.map(refusedFor) }),
        ...(copy === undefined ? {} : { copy }),
        ...(copyError === undefined ? {} : { copy_trouble: copyError.message }),
      }
    } finally {
      await kept?.close()
    }
  }

  /** What makes a mail an answer (RFC 5322 §3.6.4). */
  async #conversation(id: string, { folder = 'INBOX', uid }: NonNullable<NewMail['answers']>) {
    return this.#use(id, async (client) => {
      await opened(client, folder)
      const message = await client.fetchOne(
        String(uid),
        { uid: true, headers: ['message-id', 'references'] },
        { uid: true },
      )
      if (!message) throw noMessage()
      const headers = message.headers?.toString('latin1').replace(/\r\n(?=[ \t])/g, '') ?? ''
      const ids = (name: string): string[] =>
        new RegExp(`^${name}:(.*)$`, 'im').exec(headers)?.[1]?.match(/<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>/g) ?? []
      const [inReplyTo] = ids('message-id')
      if (inReplyTo === undefined) return {}
      return { inReplyTo, references: [...ids('references').slice(1 - MOST_REFERENCES), inReplyTo] }
    })
  }

  async #use<T>(id: string, work: (client: ImapFlow) => Promise<T>): Promise<T> {
    await using kept = await this.#mailbox(id)
    return await kept.use(work)
  }

  async #mailbox(id: string): Promise<ImapMailbox> {
    const { mailbox, imap, mechanism } = await this.#settings(id)
    if (imap === undefined) throw unknown('reading')
    const connecting = { ...(await this.#mail.connecting(id, TIMEOUT)), imapflow: { socketTimeout: TIMEOUT * 1000 } }
    return imapMailbox(this.#source(id), { mailbox, imap, mechanism }, connecting)
  }

  async #settings(id: string): Promise<MailSettings & { readonly mailbox: string }> {
    const settings = await this.#mail.settings(id)
    const { mailbox } = settings
    if (mailbox === undefined) throw unknown('opening')
    await this.#mail.assertReachable(id, settings)
    return { ...settings, mailbox }
  }

  #source(id: string) {
    return { token: (want?: Want) => this.#tokens.hand(id, want) }
  }
}

/** Strict base64: Node skips what is none of it without a word. */
function decoded(base64: string, field: string): Buffer {
  const octets = Buffer.from(base64, 'base64')
  if (octets.toString('base64') === base64) return octets
  throw new Refusal('INVALID_REQUEST', `${field} is not base64.`, { field })
}

function noMessage(): Refusal {
  return new Refusal('NOT_FOUND', 'There is no such message in this folder.')
}

function unknown(what: string): OAuthError {
  return new OAuthError('MAIL_SERVERS_UNKNOWN', `The mailbox or its server for ${what} is not known.`)
}

/** Read-only: looking at a folder changes nothing in it. */
async function opened(client: ImapFlow, folder: string): Promise<{ readonly exists: number }> {
  try {
    return await client.mailboxOpen(folder, { readOnly: true })
  } catch (cause) {
    if (!client.usable) throw cause
    throw new Refusal('NOT_FOUND', 'There is no such folder.')
  }
}

/** As much of a part as is read; imapflow decodes its transfer encoding and character set. */
async function textOf(client: ImapFlow, uid: number, { part = '1' }: MessageStructureObject): Promise<string> {
  const { content } = await client.download(String(uid), part, { uid: true, maxBytes: LARGEST_TEXT })
  if (content === undefined) return ''
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of content) {
    if (text.length <= LARGEST_TEXT) text += decoder.decode(chunk as Buffer, { stream: true })
  }
  return text + decoder.decode()
}

/** The parts that have no parts; of a message in a message the whole. */
function leaves(structure: MessageStructureObject | undefined): MessageStructureObject[] {
  if (structure === undefined) return []
  const inner = structure.type.startsWith('multipart/') ? structure.childNodes : undefined
  return inner === undefined ? [structure] : inner.flatMap(leaves)
}

function isAttached({ disposition, type }: MessageStructureObject): boolean {
  return disposition === 'attachment' || !type.startsWith('text/')
}

function attachmentOf({ part = '1', type, encoding, size = 0, ...more }: MessageStructureObject) {
  const name = more.dispositionParameters?.['filename'] ?? more.parameters?.['name']
  // Four octets in lines of 76 and their ends stand for three.
  const octets = encoding?.toLowerCase() === 'base64' ? Math.floor((size * 3 * 76) / (4 * 78)) : size
  return { part, type, size: octets, ...(name === undefined ? {} : { name: name.slice(0, 300) }) }
}

function headerOf({ uid, envelope, flags, size = 0, internalDate }: FetchMessageObject): MailHeader {
  const at = envelope?.date ?? internalDate
  const seconds = at === undefined ? Number.NaN : new Date(at).getTime() / 1000
  return {
    uid,
    from: named(envelope?.from),
    to: named(envelope?.to),
    subject: (envelope?.subject ?? '').slice(0, 1000),
    ...(Number.isNaN(seconds) ? {} : { date: seconds }),
    seen: flags?.has('\\Seen') === true,
    size,
  }
}

function named(list: readonly MessageAddressObject[] = []): MailHeader['from'] {
  return list.slice(0, MOST_ADDRESSES).map(({ name, address = '' }) => ({
    address: address.slice(0, 320),
    ...(name ? { name: name.slice(0, 300) } : {}),
  }))
}

/** As objects, nothing in an address is read as another one. */
function bare(addresses: readonly string[]) {
  return addresses.map((address) => ({ name: '', address }))
}

function refusedFor({ address, error }: RefusedRecipient): NonNullable<SentMail['refused']>[number] {
  return { address, detail: error.message, advice: error.advice }
}
