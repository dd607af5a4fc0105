/** At most so many at work for one host at a time; the others wait in the order they came. */
export class HostPlaces {
  readonly #limit: number
  readonly #hosts = new Map<string, { running: number; readonly waiting: Set<() => void> }>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Waits for a place, unless one is free; an aborted one leaves the queue and rejects with its reason. */
  take(name: string, signal?: AbortSignal): Promise<void> | undefined {
    let host = this.#hosts.get(name)
    if (host === undefined) {
      host = { running: 0, waiting: new Set() }
      this.#hosts.set(name, host)
    }
    if (host.running >= this.#limit) return turn(host.waiting, signal)
    host.running++
    return undefined
  }

  /** Gives a place back. */
  give(name: string): void {
    const host = this.#hosts.get(name)
    if (host === undefined) return
    const [first] = host.waiting
    // The place goes to the next in line without becoming free in between.
    if (first !== undefined) first()
    else if (--host.running === 0) this.#hosts.delete(name)
  }
}

function turn(waiting: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const go = (): void => {
      waiting.delete(go)
      signal?.removeEventListener('abort', abort)
      resolve()
    }
    const abort = (): void => {
      waiting.delete(go)
      reject(signal?.reason)
    }
    if (signal?.aborted) return abort()
    waiting.add(go)
    signal?.addEventListener('abort', abort, { once: true })
  })
}
