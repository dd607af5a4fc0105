import type { Wire } from '../wire/wire.ts'

/** The session cannot go on on another connection without the program noticing. */
export class Unsafe extends Error {
  override readonly name = 'Unsafe'
}

/** A program has sent what may not pass on: it is told this, and the session ends before the mail server has all of it. */
export class Turned extends Error {
  override readonly name = 'Turned'
}

/**
 * Follows a session from the outside, for as much as must be known to continue it on another connection, or to end it where an
 * answer can stand. Sees each octet once and keeps none.
 */
export interface Follower {
  /**
   * Takes the octets from there to the end of what they are part of: a line, a literal, a mail. Returns where that is; less than all
   * when the rest can only be judged, and may only pass, together with what comes next.
   */
  take(chunk: Buffer, at: number): number
  /** What the program's next octet is: the first of a command, one that only the server's answer tells, or one of anything else. */
  readonly coming: 'command' | 'answer' | 'other'
  /** Whether a line that begins so is a command for the mail server; undefined while more of it is to come. */
  passes(head: string): boolean | undefined
  /** The program said a line that does not pass: it is answered after the commands before it. */
  refuse(line: string): void
  /** Asks for the literal of a command that does not pass. Absent where a protocol has no literals. */
  ask?(): void
  /** The gateway's answers that can stand here. */
  due(): string
  /** Whether something is to be added to the server's answers, or left out: then they come as whole lines. */
  readonly edits: boolean
  /** What the program is told in place of a line that `fromServer` is given next. */
  edited(line: Buffer): Buffer
  /** Returns how many of the octets are sound: fewer than there are when the session is `broken` by what follows. */
  fromServer(chunk: Buffer): number
  /** What came from one side cannot be followed: from here on nobody knows what is a command, and nothing may pass. */
  readonly broken: Error | undefined
  /** Whether nothing is under way that the program waits for: another connection can take over here. */
  readonly quiet: boolean
  /** Whether the session can end here without the program losing anything that it has done. */
  readonly endable: boolean
  /** Whether another connection could take over at all. */
  readonly resumable: boolean
  /** The program or the server has said good-bye. */
  readonly leaving: boolean
  /** Whether an answer of the gateway's own can stand here. */
  readonly serverBetweenLines: boolean
  /**
   * Moves the session from one connection to another, both of which are signed in. `before` is undefined when it is gone.
   * Resolves with what the program has to be told; throws `Unsafe` where it would notice.
   */
  takeOver(before: Wire | undefined, next: Wire): Promise<string>
  /** What is said to a mail server that is left behind, without CRLF. */
  readonly farewell: string
}
