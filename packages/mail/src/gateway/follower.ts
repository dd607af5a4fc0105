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
  fromProgram(chunk: Buffer): void
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
