import { type Follower, Unsafe } from './follower.ts'

/** How much of a line is looked at. */
const HEAD = 100
const REFUSAL = '-ERR you are logged in\r\n'
/** Commands whose answer may have more lines (RFC 1939, RFC 2449), as far as a line of one is. */
const LONG = /^\s*(?:(?:RETR|TOP)\s|(?:LIST|UIDL|CAPA)\s*$)/i

/** A POP3 session after its login: it cannot be moved, as what is marked as deleted is known to its connection alone. */
export class PopFollower implements Follower {
  readonly quiet = false
  readonly resumable = false
  readonly serverBetweenLines = false
  readonly farewell = 'QUIT'
  readonly verb: RegExp = /^\s*(\S+)\s/
  readonly shut: RegExp = /^(?:USER|PASS|AUTH|APOP|STLS)$/i
  leaving = false
  /** Commands whose answer is still to come, in their order: whether it may be long, or what the gateway answers. */
  readonly #running: (boolean | typeof REFUSAL)[] = []
  #line = ''
  #reply = ''
  /** Within an answer of more lines. */
  #long = false

  take(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(10, at)
    this.#line += head(chunk, at, end, this.#line)
    if (end < 0) return chunk.length
    this.#running.push(LONG.test(this.#line))
    if (/^\s*QUIT\b/i.test(this.#line)) this.leaving = true
    this.#line = ''
    return end + 1
  }

  fromProgram(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) at = this.take(chunk, at)
  }

  get coming(): 'command' | 'other' {
    return this.#line === '' ? 'command' : 'other'
  }

  refuse(): void {
    this.#running.push(REFUSAL)
  }

  due(): string {
    let due = ''
    while (!this.#long && this.#running[0] === REFUSAL) {
      due += REFUSAL
      this.#running.shift()
    }
    return due
  }

  get edits(): boolean {
    return this.#running.includes(REFUSAL)
  }

  edited(line: Buffer): Buffer {
    return line
  }

  fromServer(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      const end = chunk.indexOf(10, at)
      this.#reply += head(chunk, at, end, this.#reply)
      if (end < 0) return
      at = end + 1
      if (this.#long) this.#long = !/^\.\r?$/.test(this.#reply)
      else this.#long = this.#running.shift() === true && /^\+OK/i.test(this.#reply)
      this.#reply = ''
    }
  }

  async takeOver(): Promise<string> {
    throw new Unsafe('what is marked as deleted would be forgotten')
  }

  bye(why: string): string {
    return `-ERR [SYS/TEMP] ${why}, connect again`
  }
}

/** What of a line is new, and within what is looked at. */
function head(chunk: Buffer, at: number, end: number, known: string): string {
  const stop = Math.min(end < 0 ? chunk.length : end, at + Math.max(0, HEAD - known.length))
  return chunk.toString('latin1', at, stop)
}
