import { setTimeout as later } from 'node:timers/promises'

/** Milliseconds between two looks at a server, and after which one that says nothing is taken out. */
const LOOK_EVERY = 1000
const SILENT_AFTER = 5000

/** What became of one question: the answer, how long it took, and which server gave it. */
export type Attempt = `${number} s: ${string} (${number})`

export interface Server {
  readonly url: string
}

/**
 * Stands before servers as a load balancer does. It looks whether each one is alive: one that is silent for five
 * seconds gets no more questions, and those it has are put to another one. An answer that takes its time from a server
 * that is alive is waited for.
 */
export class LoadBalancer {
  readonly #servers: readonly Server[]
  readonly #silences = new Map<Server, AbortController>()
  readonly #ended = new AbortController()
  readonly #looking: Promise<unknown>

  /** @param servers - Looked at anew each time: whoever replaces a server in it replaces it here. */
  constructor(servers: readonly Server[]) {
    this.#servers = servers
    this.#looking = Promise.all(servers.map((_, place) => this.#look(place)))
  }

  /** The next one to ask, from a place on: one that is not silent, where there is any. */
  pick(from: number): { readonly place: number; readonly url: string; readonly silent: AbortSignal } {
    const places = this.#servers.map((_, step) => (from + step) % this.#servers.length)
    const place = places.find((at) => !this.#silence(at).signal.aborted) ?? places[0] ?? 0
    return { place, url: this.#servers[place]?.url ?? '', silent: this.#silence(place).signal }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort()
    await this.#looking
  }

  #silence(place: number): AbortController {
    const server = this.#servers[place]
    if (server === undefined) throw new Error(`no server at ${place}`)
    const known = this.#silences.get(server)
    if (known !== undefined) return known
    const begun = new AbortController()
    this.#silences.set(server, begun)
    return begun
  }

  async #look(place: number): Promise<void> {
    const { signal: ended } = this.#ended
    while (!ended.aborted) {
      const silence = this.#silence(place)
      const server = this.#servers[place]
      try {
        const signal = AbortSignal.any([ended, AbortSignal.timeout(SILENT_AFTER)])
        await (await fetch(`${server?.url}/healthz`, { signal })).text()
        // Back again: what it is asked from now on has a signal of its own.
        if (silence.signal.aborted && server !== undefined) this.#silences.set(server, new AbortController())
      } catch (error) {
        // One that is gone refuses by itself, and a new one stands in its place soon.
        if (error instanceof DOMException && error.name === 'TimeoutError') silence.abort(error)
      }
      await later(LOOK_EVERY, undefined, { signal: ended }).catch(() => undefined)
    }
  }
}
