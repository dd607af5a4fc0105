import { Unframed } from '../wire/wire.ts'
import type { Follower } from './follower.ts'
import { MOST_BAD } from './front.ts'
import { literalAfter, TAIL } from './imap-arguments.ts'

/** How much of a line is waited for to learn its command. */
const HEAD = 1000
/** Of an answer's line, so much is waited for. */
const LONGEST_ANSWER = 8192
/** Octets of a literal that is asked for only to be left out: more than a password has. */
const MOST_ASKED = 8192
const NOTHING = Buffer.alloc(0)

/** Where what passes goes to. */
interface Ends {
  toServer(octets: Buffer): void
  toProgram(octets: Buffer): void
}

/**
 * Stands in a session whose program has logged in. Only what is known to be a command passes: a log-in, or what is left of one
 * that was refused and sent on regardless, is answered here and never reaches the mail server, as it may hold the program's
 * password. What is in a literal or in a mail is no command, and passes in one piece.
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
  #refused = 0
  #misused: Error | undefined

  constructor(follower: Follower, ends: Ends) {
    this.#follower = follower
    this.#ends = ends
  }

  /** Why nothing passes any more, and the session has to end. */
  get broken(): Error | undefined {
    return this.#follower.broken ?? this.#misused
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
      if (this.broken !== undefined) return
      if (this.#dropped !== undefined) {
        at = this.#drop(data, at)
        from = at
        continue
      }
      const coming = follower.coming
      const fate = coming === 'command' ? this.#look(data, at) : coming === 'other' ? 'pass' : 'wait'
      const before = at
      if (fate === 'pass') at = follower.take(data, at)
      if (fate === 'wait' || (at === before && fate === 'pass')) {
        if (this.broken !== undefined) return
        send()
        this.#kept = data.subarray(at)
        return
      }
      if (fate !== 'pass') {
        send()
        this.#dropped = fate.head
      }
    }
    if (this.broken === undefined) send()
  }

  fromServer(chunk: Buffer): void {
    if (this.broken !== undefined) return
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
      if (follower.broken !== undefined) return
      if (edited.length > 0) this.#ends.toProgram(edited)
      this.#answer()
    }
    if (at < data.length) {
      const rest = data.subarray(at)
      const sound = follower.fromServer(rest)
      if (sound > 0) this.#ends.toProgram(sound === rest.length ? rest : rest.subarray(0, sound))
    }
    if (this.#kept.length > 0 && follower.coming !== 'answer') this.fromProgram(NOTHING)
  }

  /** Whether a command may pass; an object when it may not. */
  #look(data: Buffer, at: number): 'pass' | 'wait' | { readonly head: string } {
    const end = data.indexOf(10, at)
    const head = data.toString('latin1', at, Math.min(end < 0 ? data.length : end + 1, at + HEAD))
    const passes = this.#follower.passes(head)
    if (passes === undefined && end < 0 && head.length < HEAD) return 'wait'
    return passes === true ? 'pass' : { head }
  }

  /**
   * Leaves a command out, with its literals. One that waits to be asked for is asked for: a program that does not wait sends it
   * either way, and what is in it must not be taken for commands.
   */
  #drop(data: Buffer, at: number): number {
    if (this.#skip > 0) {
      const passed = Math.min(this.#skip, data.length - at)
      this.#skip -= passed
      return at + passed
    }
    const end = data.indexOf(10, at)
    const stop = end < 0 ? data.length : end
    this.#tail = (this.#tail + data.toString('latin1', Math.max(at, stop - TAIL), stop)).slice(-TAIL)
    if (end < 0) return data.length
    const follower = this.#follower
    const literal = follower.ask && literalAfter(this.#tail)
    this.#tail = ''
    if (literal !== undefined) {
      const { size, waits } = literal
      this.#skip = size
      if (size > (waits ? MOST_ASKED : Number.MAX_SAFE_INTEGER)) this.#misused = new Unframed('an endless literal')
      else if (waits) follower.ask?.()
    } else {
      follower.refuse(this.#dropped ?? '')
      this.#dropped = undefined
      this.#refused += 1
      if (this.#refused > MOST_BAD) this.#misused = new Unframed('too many commands that are none')
    }
    this.#answer()
    return end + 1
  }

  #answer(): void {
    const due = this.#follower.due()
    if (due !== '') this.#ends.toProgram(Buffer.from(due, 'latin1'))
  }
}
