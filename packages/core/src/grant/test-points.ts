/**
 * The moments of a refresh at which a crash matters. A test waits or dies at them; they are called and awaited in
 * this order. Not for production code.
 */
export interface TestPoints {
  /** The mark is in the store; the request has not left. */
  readonly afterMark?: () => Promise<void>
  /** The provider answered; nothing is written yet. */
  readonly afterAnswer?: () => Promise<void>
  /** The new tokens are in the store; no caller has them yet. */
  readonly afterWrite?: () => Promise<void>
}
