import type { Wire } from '../wire/wire.ts'
import { Unsafe } from './follower.ts'
import type { ImapTracker } from './imap-tracker.ts'

/** UIDs of some hundred thousand messages; a larger folder is not continued. */
const LONGEST_LINE = 4_194_304
const MOST_LINES = 10_000
/** No program uses this word in its tags. */
const TAG = 'EVERGRANT'

/**
 * Moves an IMAP session from one connection to another, both of which are signed in: nothing may be under way but IDLE. Resolves
 * with what the program has to be told for its view of the folder to be right again. Throws `Unsafe` where it would notice: a
 * folder that was made anew, or messages that are gone while the program may send sequence numbers at any moment.
 *
 * @param before the old connection; undefined when it is gone, which only a session without a folder survives
 */
export async function takeOver(tracker: ImapTracker, before: Wire | undefined, next: Wire): Promise<string> {
  const { selected, idle } = tracker
  let told = ''
  const tell = (lines: string): void => {
    // The tracker counts the folder's messages by what the program is told.
    tracker.fromServer(Buffer.from(lines, 'latin1'))
    told += lines
  }
  if (tracker.enabled.size > 0) await run(next, `ENABLE ${[...tracker.enabled].join(' ')}`)
  if (before !== undefined && idle !== undefined) tell(await leaveIdle(before, idle))
  if (selected !== undefined) {
    if (before === undefined || selected.command === undefined) throw new Unsafe('the folder as it was is not known')
    const last = await run(before, 'UID SEARCH ALL')
    tell(news(last, idle !== undefined))
    const known = uidsOf(last)
    if (known.length !== selected.exists) throw new Unsafe('the folder as it was is not known')
    const opened = await run(next, selected.command)
    const validity = opened.flatMap((line) => /^\* OK \[UIDVALIDITY (\d+)\]/i.exec(line)?.[1] ?? [])[0]
    if (validity === undefined || validity !== selected.uidValidity) throw new Unsafe('the folder is another one now')
    const now = uidsOf(await run(next, 'UID SEARCH ALL'))
    tell(difference(known, now, { idling: idle !== undefined, vanished: tracker.enabled.has('QRESYNC') }))
  }
  if (idle !== undefined) tell(await enterIdle(next, idle))
  return told
}

/** What makes the folder's messages as the program knows them those that are there now. */
function difference(
  known: readonly number[],
  now: readonly number[],
  { idling, vanished }: { readonly idling: boolean; readonly vanished: boolean },
): string {
  const there = new Set(now)
  const gone = known.flatMap((uid, at) => (there.has(uid) ? [] : [{ uid, sequence: at + 1 }]))
  if (gone.length > 0 && !idling) throw new Unsafe('messages are gone')
  const stayed = known.length - gone.length
  // New ones come last; anything else would give the program's numbers to other messages.
  const familiar = new Set(known)
  if (now.slice(0, stayed).some((uid) => !familiar.has(uid))) throw new Unsafe('the order has changed')
  const removed = vanished
    ? gone.length === 0
      ? ''
      : `* VANISHED ${gone.map(({ uid }) => uid).join(',')}\r\n`
    : // From the last to the first, so that each number is still that of its message.
      gone
        .reverse()
        .map(({ sequence }) => `* ${sequence} EXPUNGE\r\n`)
        .join('')
  return removed + (now.length === stayed ? '' : `* ${now.length} EXISTS\r\n`)
}

/** Untagged lines up to the command's end. */
async function run(wire: Wire, command: string): Promise<string[]> {
  await wire.write(`${TAG} ${command}\r\n`)
  return untilTagged(wire, TAG)
}

async function untilTagged(wire: Wire, tag: string): Promise<string[]> {
  const lines: string[] = []
  while (lines.length < MOST_LINES) {
    const line = await wire.line(LONGEST_LINE)
    if (line === undefined || /^\* BYE\b/i.test(line)) throw new Unsafe('the mail server has ended the session')
    if (line.startsWith(`${tag} `)) {
      if (!/^\S+ OK\b/i.test(line)) throw new Unsafe('the mail server has refused to continue')
      return lines
    }
    if (/\{\d+\}$/.test(line)) throw new Unsafe('a literal where none was expected')
    lines.push(line)
  }
  throw new Unsafe('too many lines')
}

/** Ends the program's IDLE at the server alone; what it still said is passed on, as the program is in IDLE. */
async function leaveIdle(wire: Wire, tag: string): Promise<string> {
  await wire.write('DONE\r\n')
  return (await untilTagged(wire, tag)).map((line) => `${line}\r\n`).join('')
}

/** Begins the program's IDLE again, under its tag; the prompt is not for the program. */
async function enterIdle(wire: Wire, tag: string): Promise<string> {
  await wire.write(`${tag} IDLE\r\n`)
  let told = ''
  for (let lines = 0; lines < MOST_LINES; lines++) {
    const line = await wire.line(LONGEST_LINE)
    if (line?.startsWith('+')) return told
    if (line === undefined || !line.startsWith('* ') || /^\* BYE\b/i.test(line) || /\{\d+\}$/.test(line)) break
    told += `${line}\r\n`
  }
  throw new Unsafe('the mail server does not idle')
}

/** What came with an answer that was not for the program, and concerns it. */
function news(lines: readonly string[], idling: boolean): string {
  const others = lines.filter((line) => !/^\* E?SEARCH\b/i.test(line))
  // RFC 3501 §7.4.1: not while no command of the program's is under way.
  if (!idling && others.some((line) => /^\* (?:\d+ EXPUNGE|VANISHED)\b/i.test(line)))
    throw new Unsafe('messages are gone')
  return others.map((line) => `${line}\r\n`).join('')
}

/** Of SEARCH, or of ESEARCH as IMAP4rev2 answers (RFC 4731), in ascending order. */
function uidsOf(lines: readonly string[]): number[] {
  const found = lines.flatMap((line) => {
    const plain = /^\* SEARCH ?([\d ]*)/i.exec(line)?.[1]
    if (plain !== undefined) return plain.split(' ').filter(Boolean).map(Number)
    const set = /^\* ESEARCH\b.*\bALL ([\d:,]+)/i.exec(line)?.[1]
    return (set?.split(',') ?? []).flatMap((range) => {
      const [from = 0, to = from] = range.split(':').map(Number)
      if (to - from > 1_000_000) throw new Unsafe('too many messages')
      return Array.from({ length: to - from + 1 }, (_, at) => from + at)
    })
  })
  return found.sort((a, b) => a - b)
}
