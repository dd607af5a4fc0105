import { givenUp } from '../given-up.ts'

/** One caller's change, waiting for its turn. */
export interface Job<State> {
  /** The state after the change, or undefined when there is nothing to write; and what the caller gets. */
  readonly change: (state: State) => State | undefined
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Changes of one process to one file, gathered: while one write is under way the next ones wait, and are then written
 * together. So fifty callers need two writes, not fifty, and do not fight each other for the lock.
 */
export class WriteQueue<State> {
  readonly #write: (take: () => readonly Job<State>[]) => Promise<void>
  #waiting: Job<State>[] = []
  #running = false

  /** `write` calls `take` once it holds the lock, and settles nothing itself. */
  constructor(write: (take: () => readonly Job<State>[]) => Promise<void>) {
    this.#write = write
  }

  /** Resolves when the change is written. A caller may give up until its change is taken; then it goes through. */
  submit(change: Job<State>['change'], signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = <T extends unknown[]>(settle: (...args: T) => void) => {
        return (...args: T): void => {
          signal?.removeEventListener('abort', abort)
          settle(...args)
        }
      }
      const job = { change, resolve: done(resolve), reject: done(reject) }
      const abort = (): void => {
        if (signal === undefined || !this.#waiting.includes(job)) return
        this.#waiting = this.#waiting.filter((other) => other !== job)
        job.reject(givenUp(signal))
      }
      signal?.addEventListener('abort', abort)
      this.#waiting.push(job)
      if (!this.#running) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#waiting.length > 0) {
      let taken: readonly Job<State>[] = []
      try {
        await this.#write(() => {
          taken = [...taken, ...this.#waiting]
          this.#waiting = []
          return taken
        })
        for (const job of taken) job.resolve()
      } catch (error) {
        // Nobody was taken: the lock could not be had, and whoever waited for it hears why.
        const failed = taken.length > 0 ? taken : this.#waiting.splice(0)
        for (const job of failed) job.reject(error)
      }
    }
    this.#running = false
  }
}
