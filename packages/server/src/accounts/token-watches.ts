import type { Clock } from '@evergrant/core'

/** Waits until an account may have another token. */
export interface TokenWatch {
  /** Resolves when something happened since this was called last, and after so many seconds in any case. */
  pause(seconds: number): Promise<void>
  /** Something happened. */
  wake(): void
  stop(): void
}

/** Who waits for another token of an account, and what wakes them. Nothing is lost between two pauses. */
export class TokenWatches {
  readonly #clock: Clock
  readonly #waiting = new Map<string, Set<TokenWatch>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  watch(account: string): TokenWatch {
    const clock = this.#clock
    const all = this.#waiting.get(account) ?? new Set()
    this.#waiting.set(account, all)
    let next = new AbortController()
    const watch: TokenWatch = {
      async pause(seconds) {
        await clock.sleep(seconds, next.signal).catch((error: unknown) => {
          if (!next.signal.aborted) throw error
        })
        next = new AbortController()
      },
      wake: () => next.abort(),
      stop: () => {
        next.abort()
        all.delete(watch)
        if (all.size === 0 && this.#waiting.get(account) === all) this.#waiting.delete(account)
      },
    }
    all.add(watch)
    return watch
  }

  moved(account: string): void {
    for (const watch of this.#waiting.get(account) ?? []) watch.wake()
  }

  movedAll(): void {
    for (const account of this.#waiting.keys()) this.moved(account)
  }
}
