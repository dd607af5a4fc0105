import type { Follower } from './follower.ts'

/** How much of a line is waited for to learn its command. */
const HEAD = 1000
/** Of an answer's line, so much is waited for. */
const LONGEST_ANSWER = 8192
const NOTHING = Buffer.alloc(0)

/** Where what passes goes to. */
interface Ends {
  toServer(octets: Buffer): void
  toProgram(octets: Buffer): void
}

/**
 * Stands in a session whose program has logged in: commands about logging in and TLS are for the gateway, which answers them
 * itself, and never reach the mail server. What is in a literal or in a mail is no command, and passes in one piece.
 */
export class Gate {
  readonly #follower: Follower
  readonly #ends: Ends
  /** Of the program: not known yet whether it may pass. */
  #kept: Buffer = NOTHING
  /** Of the server: a line to be edited, as far as it has come. */
  #begun: Buffer = NOTHING
  /** The beginning of the command that is not passed on. */
  #dropped: string | undefined
  #tail = ''
  /** Octets of its literal that are still to come. */
  #skip = 0

  constructor(follower: Follower, ends: Ends) {
    this.#follower = follower
    this.#ends = ends
  }

  /** The program is to be read again once the server has answered. */
  get holding(): boolean {
    return this.#kept.length > 0 && this.#follower.coming === 'answer'
  }

  /** Whether nothing of the server's is kept here. */
  get quiet(): boolean {
    return this.#begun.length === 0 && this.#dropped === undefined
  }

  fromProgram(chunk: Buffer): void {
    const data = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk])
    this.#kept = NOTHING
    const follower = this.#follower
    // What lies between has been decided, and not been sent.
    let from = 0
    let at = 0
    const send = (): void => {
      if (at > from) this.#ends.toServer(from === 0 && at === data.length ? data : data.subarray(from, at))
      from = at
    }
    while (at < data.length) {
      if (this.#dropped !== undefined) {
        at = this.#drop(data, at)
        from = at
        continue
      }
      const coming = follower.coming
      const fate = coming === 'command' ? this.#look(data, at) : coming === 'other' ? 'pass' : 'wait'
      if (fate === 'wait') {
        send()
        this.#kept = data.subarray(at)
        return
      }
      if (fate === 'pass') at = follower.take(data, at)
      else {
        send()
        this.#dropped = fate.head
      }
    }
    send()
  }

  fromServer(chunk: Buffer): void {
    const follower = this.#follower
    const data = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk])
    this.#begun = NOTHING
    let at = 0
    while (follower.edits && at < data.length) {
      const end = data.indexOf(10, at)
      if (end < 0 && data.length - at < LONGEST_ANSWER) {
        this.#begun = data.subarray(at)
        at = data.length
        break
      }
      const line = data.subarray(at, end < 0 ? data.length : end + 1)
      at += line.length
      const edited = follower.edited(line)
      follower.fromServer(line)
      if (edited.length > 0) this.#ends.toProgram(edited)
      this.#answer()
    }
    if (at < data.length) {
      const rest = data.subarray(at)
      follower.fromServer(rest)
      this.#ends.toProgram(rest)
    }
    if (this.#kept.length > 0 && follower.coming !== 'answer') this.fromProgram(NOTHING)
  }

  /** Whether a command may pass; an object when it may not. */
  #look(data: Buffer, at: number): 'pass' | 'wait' | { readonly head: string } {
    const end = data.indexOf(10, at)
    const head = data.toString('latin1', at, Math.min(end < 0 ? data.length : end + 1, at + HEAD))
    const verb = this.#follower.verb.exec(head)?.[1]
    if (verb === undefined) return end < 0 && head.length < HEAD ? 'wait' : 'pass'
    return this.#follower.shut.test(verb) ? { head } : 'pass'
  }

  /** Leaves a command out, with the literals that come with it unasked (RFC 7888). */
  #drop(data: Buffer, at: number): number {
    if (this.#skip > 0) {
      const passed = Math.min(this.#skip, data.length - at)
      this.#skip -= passed
      return at + passed
    }
    const end = data.indexOf(10, at)
    const stop = end < 0 ? data.length : end
    this.#tail = (this.#tail + data.toString('latin1', Math.max(at, stop - 24), stop)).slice(-24)
    if (end < 0) return data.length
    const size = /\{(\d{1,15})\+\}\r?$/.exec(this.#tail)?.[1]
    this.#tail = ''
    if (size !== undefined) this.#skip = Number(size)
    else {
      this.#follower.refuse(this.#dropped ?? '')
      this.#dropped = undefined
      this.#answer()
    }
    return end + 1
  }

  #answer(): void {
    const due = this.#follower.due()
    if (due !== '') this.#ends.toProgram(Buffer.from(due, 'latin1'))
  }
}
