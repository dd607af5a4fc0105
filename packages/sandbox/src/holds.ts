import type { JournalEntry } from './journal.ts'
import { RequestCounter, type RequestMatch } from './request-match.ts'

/** Requests that are stopped after the sandbox did its work and before it answers. */
export interface Hold {
  /** Resolves with the first request that was stopped. */
  readonly arrived: Promise<JournalEntry>
  /** How many were stopped. */
  readonly count: number
  /** Lets those that were stopped go on, and stops no more. */
  release(): void
}

export class Holds {
  #set: { readonly counter: RequestCounter; stop(entry: JournalEntry): Promise<void> }[] = []

  add({ match = {} }: { readonly match?: RequestMatch | undefined } = {}): Hold {
    const arrived = Promise.withResolvers<JournalEntry>()
    const released = Promise.withResolvers<void>()
    let count = 0
    const added = {
      counter: new RequestCounter(match),
      stop: (entry: JournalEntry): Promise<void> => {
        count += 1
        arrived.resolve(entry)
        return released.promise
      },
    }
    this.#set.push(added)
    return {
      arrived: arrived.promise,
      get count() {
        return count
      },
      release: () => {
        this.#set = this.#set.filter((other) => other !== added)
        released.resolve()
      },
    }
  }

  /** Resolves when nothing holds the request, or nothing any more. */
  async pass(entry: JournalEntry): Promise<void> {
    await Promise.all(this.#set.filter(({ counter }) => counter.due(entry)).map((hold) => hold.stop(entry)))
  }
}
