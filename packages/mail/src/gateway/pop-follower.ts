import { OAuthError } from '@evergrant/core'
import { beginsCommand, COMMANDS, isItsOwn } from './commands.ts'
import { type Follower, Unsafe } from './follower.ts'

/** How much of a line is looked at. */
const HEAD = 100
/** Commands whose answer may have more lines (RFC 1939, RFC 2449, RFC 6856), as far as a line of one is. */
const LONG = /^(?:(?:RETR|TOP)\s|(?:LIST|UIDL|CAPA|LANG)\s*$)/i

/** A POP3 session after its login: it cannot be moved, as what is marked as deleted is known to its connection alone. */
export class PopFollower implements Follower {
  readonly quiet = false
  readonly resumable = false
  readonly farewell = 'QUIT'
  leaving = false
  broken: Error | undefined
  /** Commands whose answer is still to come, in their order: whether it may be long, or what the gateway answers. */
  readonly #running: (boolean | string)[] = []
  #line = ''
  #reply = ''
  /** Within an answer of more lines. */
  #long = false
  /** Something is marked as deleted, which only QUIT does (RFC 1939 §6). */
  #marked = false

  get serverBetweenLines(): boolean {
    return !this.#long && this.#reply === ''
  }

  get endable(): boolean {
    const idle = this.#running.length === 0 && this.#line === '' && this.serverBetweenLines
    return idle && !this.#marked && !this.leaving
  }

  take(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(10, at)
    this.#line += head(chunk, at, end, this.#line)
    if (end < 0) return chunk.length
    this.#running.push(LONG.test(this.#line))
    if (/^QUIT\b/i.test(this.#line)) this.leaving = true
    if (/^DELE\b/i.test(this.#line)) this.#marked = true
    if (/^RSET\b/i.test(this.#line)) this.#marked = false
    this.#line = ''
    return end + 1
  }

  fromProgram(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) at = this.take(chunk, at)
  }

  get coming(): 'command' | 'other' {
    return this.#line === '' ? 'command' : 'other'
  }

  passes(head: string): boolean | undefined {
    return beginsCommand(head, COMMANDS.pop)
  }

  refuse(line: string): void {
    const why = isItsOwn(/^\w*/.exec(line)?.[0] ?? '') ? 'you are logged in' : 'unknown command'
    this.#running.push(`-ERR ${why}\r\n`)
  }

  due(): string {
    let due = ''
    for (let next = this.#running[0]; !this.#long && typeof next === 'string'; next = this.#running[0]) {
      due += next
      this.#running.shift()
    }
    return due
  }

  get edits(): boolean {
    return this.#running.some((running) => typeof running === 'string')
  }

  edited(line: Buffer): Buffer {
    return line
  }

  fromServer(chunk: Buffer): number {
    const torn = this.#reply !== ''
    for (let at = 0; at < chunk.length; ) {
      const end = chunk.indexOf(10, at)
      this.#reply += head(chunk, at, end, this.#reply)
      if (end < 0) return chunk.length
      if (this.#long) this.#long = !/^\.\r?$/.test(this.#reply)
      else if (/^(?:\+OK|-ERR|\+ )/i.test(this.#reply))
        this.#long = this.#running.shift() === true && /^\+OK/i.test(this.#reply)
      else {
        // The program has the beginning of this line, and no other can begin in it.
        if (at > 0 || !torn) this.#reply = ''
        this.broken = new OAuthError('MAIL_ANSWER_INVALID', 'The mail server gave an answer that is none of POP3.')
        return at
      }
      this.#reply = ''
      at = end + 1
    }
    return chunk.length
  }

  async takeOver(): Promise<string> {
    throw new Unsafe('what is marked as deleted would be forgotten')
  }
}

/** What of a line is new, and within what is looked at. */
function head(chunk: Buffer, at: number, end: number, known: string): string {
  const stop = Math.min(end < 0 ? chunk.length : end, at + Math.max(0, HEAD - known.length))
  return chunk.toString('latin1', at, stop)
}
