import { readDate } from './imap-fetch.ts'
import { type Argument, inSet, textOf } from './imap-text.ts'
import type { Message } from './mail-store.ts'
import { fieldOf, readPart } from './mime.ts'

type Test = (message: Message, sequence: number) => boolean

const FLAGS: Readonly<Record<string, string>> = {
  SEEN: '\\Seen',
  ANSWERED: '\\Answered',
  FLAGGED: '\\Flagged',
  DELETED: '\\Deleted',
  DRAFT: '\\Draft',
}

/** What SEARCH looks for (RFC 3501 §6.4.4), as a test; undefined when it cannot be read. */
export function readSearch(
  given: readonly Argument[],
  last: { readonly sequence: number; readonly uid: number },
): Test | undefined {
  const items = [...given]
  if (textOf(items[0])?.toUpperCase() === 'CHARSET') items.splice(0, 2)
  const word = (): string | undefined => textOf(items.shift())
  const one = (): Test | undefined => {
    const item = items.shift()
    if (item?.kind === 'list') return readSearch(item.items, last)
    const key = textOf(item)?.toUpperCase()
    if (key === undefined) return undefined
    const flag = FLAGS[key] ?? FLAGS[key.replace(/^UN/, '')]
    if (flag !== undefined) return ({ flags }) => flags.has(flag) !== key.startsWith('UN')
    switch (key) {
      case 'ALL':
        return () => true
      case 'NEW':
      case 'RECENT':
        return () => false
      case 'OLD':
        return () => true
      case 'NOT': {
        const test = one()
        return test && ((message, at) => !test(message, at))
      }
      case 'OR': {
        const first = one()
        const second = one()
        return first && second && ((message, at) => first(message, at) || second(message, at))
      }
      case 'UID': {
        const set = inSet(word() ?? '', last.uid)
        return set && (({ uid }) => set(uid))
      }
      case 'KEYWORD':
      case 'UNKEYWORD': {
        const name = word()
        return name === undefined ? undefined : ({ flags }) => flags.has(name) === (key === 'KEYWORD')
      }
      case 'LARGER':
      case 'SMALLER': {
        const size = Number(word())
        return ({ raw }) => (key === 'LARGER' ? raw.length > size : raw.length < size)
      }
      case 'SUBJECT':
      case 'FROM':
      case 'TO':
      case 'CC':
      case 'BCC':
        return inField(key.toLowerCase(), word())
      case 'HEADER':
        return inField(word()?.toLowerCase() ?? '', word())
      case 'BODY':
      case 'TEXT': {
        const wanted = word()?.toLowerCase()
        if (wanted === undefined) return undefined
        return ({ raw }) => (key === 'TEXT' ? raw : readPart(raw).body).toString('utf8').toLowerCase().includes(wanted)
      }
      case 'SINCE':
      case 'BEFORE':
      case 'ON':
      case 'SENTSINCE':
      case 'SENTBEFORE':
      case 'SENTON': {
        const day = readDate(word() ?? '')
        if (day === undefined) return undefined
        const sent = key.startsWith('SENT')
        return (message) => {
          const at = sent ? Date.parse(fieldOf(readPart(message.raw).fields, 'date') ?? '') / 1000 : message.received
          if (key.endsWith('SINCE')) return at >= day
          return key.endsWith('BEFORE') ? at < day : at >= day && at < day + 86_400
        }
      }
      default: {
        const set = inSet(key, last.sequence)
        return set && ((_, sequence) => set(sequence))
      }
    }
  }
  const tests: Test[] = []
  while (items.length > 0) {
    const test = one()
    if (test === undefined) return undefined
    tests.push(test)
  }
  return tests.length === 0 ? undefined : (message, sequence) => tests.every((test) => test(message, sequence))
}

function inField(name: string, wanted: string | undefined): Test | undefined {
  if (wanted === undefined) return undefined
  return ({ raw }) => {
    const { fields } = readPart(raw)
    return fields.some((field) => {
      const text = Buffer.from(field.value, 'latin1').toString('utf8').toLowerCase()
      return field.name.toLowerCase() === name && text.includes(wanted.toLowerCase())
    })
  }
}
