import type { Wire } from '../wire/wire.ts'

/** The session cannot go on on another connection without the program noticing. */
export class Unsafe extends Error {
  override readonly name = 'Unsafe'
}

/**
 * Follows a session from the outside, for as much as must be known to continue it on another connection, or to end it where an
 * answer can stand. Sees each octet once and keeps none.
 */
export interface Follower {
  /** Takes the octets from there to the end of what they are part of: a line, a literal, a mail. Returns where that is. */
  take(chunk: Buffer, at: number): number
  /** What the program's next octet is: the first of a command, one that only the server's answer tells, or one of anything else. */
  readonly coming: 'command' | 'answer' | 'other'
  /** Finds a command's name at the beginning of its line. */
  readonly verb: RegExp
  /** Commands that are for the gateway alone. */
  readonly shut: RegExp
  /** The program said a command that is shut: it is answered after those before it. */
  refuse(line: string): void
  /** The gateway's answers that can stand here. */
  due(): string
  /** Whether something is to be added to the server's answers, or left out: then they come as whole lines. */
  readonly edits: boolean
  /** What the program is told in place of a line that `fromServer` is given next. */
  edited(line: Buffer): Buffer
  fromServer(chunk: Buffer): void
  /** Whether nothing is under way that the program waits for: another connection can take over here. */
  readonly quiet: boolean
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
  /** What a program is told that has to connect again, without CRLF. */
  bye(why: string): string
}
