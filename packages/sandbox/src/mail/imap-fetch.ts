import { quoted } from './imap-text.ts'
import type { Message } from './mail-store.ts'
import { type Address, fieldOf, type Part, readAddresses, readPart } from './mime.ts'

/** What one item of FETCH answers: name and value, as Latin-1. `reads`: the message has been read by it. */
export interface Fetched {
  readonly text: string
  readonly reads: boolean
}

const MACROS: Readonly<Record<string, readonly string[]>> = {
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  FULL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
}

export function expandMacro(item: string): readonly string[] {
  return MACROS[item.toUpperCase()] ?? [item]
}

/** The answer to one item of FETCH (RFC 3501 §6.4.5); undefined when there is no such item. */
export function fetchItem(item: string, message: Message): Fetched | undefined {
  const name = item.toUpperCase()
  const told = (text: string): Fetched => ({ text, reads: false })
  switch (name) {
    case 'UID':
      return told(`UID ${message.uid}`)
    case 'FLAGS':
      return told(`FLAGS (${[...message.flags].join(' ')})`)
    case 'INTERNALDATE':
      return told(`INTERNALDATE "${internalDate(message.received)}"`)
    case 'RFC822.SIZE':
      return told(`RFC822.SIZE ${message.raw.length}`)
    case 'ENVELOPE':
      return told(`ENVELOPE ${envelope(readPart(message.raw))}`)
    case 'BODY':
    case 'BODYSTRUCTURE':
      return told(`${name} ${structure(readPart(message.raw), name === 'BODYSTRUCTURE')}`)
    case 'RFC822':
      return { text: `RFC822 ${literal(message.raw)}`, reads: true }
    case 'RFC822.HEADER':
      return told(`RFC822.HEADER ${literal(readPart(message.raw).header)}`)
    case 'RFC822.TEXT':
      return { text: `RFC822.TEXT ${literal(readPart(message.raw).body)}`, reads: true }
    default:
      return section(item, message)
  }
}

function section(item: string, { raw }: Message): Fetched | undefined {
  const [, peek, wanted = '', from, count] = /^BODY(\.PEEK)?\[([^\]]*)\](?:<(\d{1,9})\.(\d{1,9})>)?$/i.exec(item) ?? []
  if (!/^BODY/i.test(item) || !item.includes('[')) return undefined
  const octets = octetsOf(wanted, raw)
  if (octets === undefined) return undefined
  const part = from === undefined ? octets : octets.subarray(Number(from), Number(from) + Number(count))
  const origin = from === undefined ? '' : `<${from}>`
  return { text: `BODY[${wanted.toUpperCase()}]${origin} ${literal(part)}`, reads: peek === undefined }
}

function octetsOf(wanted: string, raw: Buffer): Buffer | undefined {
  const [, numbers = '', what = ''] = /^((?:\d{1,4}(?:\.|$))*)(.*)$/.exec(wanted) ?? []
  let part: Part | undefined = readPart(raw)
  for (const number of numbers.split('.').filter(Boolean)) {
    // A message of one part has that part as number 1.
    part = part?.parts.length === 0 && number === '1' ? part : part?.parts[Number(number) - 1]
  }
  if (part === undefined) return Buffer.alloc(0)
  const fields = /^HEADER\.FIELDS(\.NOT)? \(([^)]*)\)$/i.exec(what)
  if (fields !== null) {
    const names = new Set((fields[2] ?? '').toLowerCase().replaceAll('"', '').split(' '))
    const kept = headerLines(part.header).filter((line) => {
      return names.has(line.slice(0, line.indexOf(':')).trim().toLowerCase()) === (fields[1] === undefined)
    })
    return Buffer.from(`${kept.join('')}\r\n`, 'latin1')
  }
  switch (what.toUpperCase()) {
    case '':
      return numbers === '' ? raw : part.body
    case 'HEADER':
    case 'MIME':
      return part.header
    case 'TEXT':
      return part.body
    default:
      return undefined
  }
}

/** The fields of a header, each with its folded lines. */
function headerLines(header: Buffer): string[] {
  return header.toString('latin1').match(/[^\r\n][^\n]*\n(?:[ \t][^\n]*\n)*/g) ?? []
}

const literal = (octets: Buffer): string => `{${octets.length}}\r\n${octets.toString('latin1')}`

/** A header's text as it stands, octet for octet. */
const said = (latin1: string | undefined): string =>
  quoted(latin1 === undefined ? undefined : Buffer.from(latin1, 'latin1').toString('utf8'))

function envelope({ fields }: Part): string {
  const from = readAddresses(fieldOf(fields, 'from'))
  const or = (name: string): Address[] => {
    const found = readAddresses(fieldOf(fields, name))
    return found.length === 0 ? from : found
  }
  const many = (list: readonly Address[]): string =>
    list.length === 0
      ? 'NIL'
      : `(${list.map(({ name, local, host }) => `(${said(name)} NIL ${said(local)} ${said(host)})`).join('')})`
  return `(${[
    said(fieldOf(fields, 'date')),
    said(fieldOf(fields, 'subject')),
    many(from),
    many(or('sender')),
    many(or('reply-to')),
    ...['to', 'cc', 'bcc'].map((name) => many(readAddresses(fieldOf(fields, name)))),
    said(fieldOf(fields, 'in-reply-to')),
    said(fieldOf(fields, 'message-id')),
  ].join(' ')})`
}

function structure(part: Part, extended: boolean): string {
  const { type, subtype, parameters, fields, body, parts } = part
  const list =
    parameters.length === 0 ? 'NIL' : `(${parameters.map(([name, value]) => `${said(name)} ${said(value)}`).join(' ')})`
  const disposition = fieldOf(fields, 'content-disposition')
  const [, kind, name] = /^([\w-]+)(?:.*?filename="?([^";]*)"?)?/i.exec(disposition ?? '') ?? []
  const placed =
    kind === undefined ? 'NIL' : `(${said(kind)} ${name === undefined ? 'NIL' : `("filename" ${said(name)})`})`
  if (parts.length > 0) {
    const inner = parts.map((one) => structure(one, extended)).join('')
    return `(${inner} ${said(subtype)}${extended ? ` ${list} ${placed} NIL NIL` : ''})`
  }
  const encoding = fieldOf(fields, 'content-transfer-encoding') ?? '7BIT'
  const id = said(fieldOf(fields, 'content-id'))
  const about = said(fieldOf(fields, 'content-description'))
  const lines = type === 'TEXT' ? ` ${body.toString('latin1').split('\n').length - 1}` : ''
  const more = extended ? ` NIL ${placed} NIL NIL` : ''
  return `(${said(type)} ${said(subtype)} ${list} ${id} ${about} ${said(encoding.toUpperCase())} ${body.length}${lines}${more})`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `17-Jul-1996 02:44:25 +0000`, the day with a space before a single digit (RFC 3501 §9). */
export function internalDate(seconds: number): string {
  const at = new Date(seconds * 1000)
  const day = String(at.getUTCDate()).padStart(2, ' ')
  return `${day}-${MONTHS[at.getUTCMonth()]}-${at.getUTCFullYear()} ${at.toISOString().slice(11, 19)} +0000`
}

/** Epoch seconds of a date or a date with a time of IMAP's. */
export function readDate(text: string): number | undefined {
  const [, day, month = '', year, time = '00:00:00', zone = '+0000'] =
    /^ ?(\d{1,2})-([A-Za-z]{3})-(\d{4})(?: (\d{2}:\d{2}:\d{2}) ([+-]\d{4}))?$/.exec(text) ?? []
  const at = MONTHS.findIndex((name) => name.toLowerCase() === month.toLowerCase())
  if (day === undefined || year === undefined || at < 0) return undefined
  const stamp = `${year}-${String(at + 1).padStart(2, '0')}-${day.padStart(2, '0')}T${time}${zone.slice(0, 3)}:${zone.slice(3)}`
  const milliseconds = Date.parse(stamp)
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000
}
