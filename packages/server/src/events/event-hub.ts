import type { ServerEvents } from '../contract/index.ts'

/** A browser that listens. */
export interface Listener {
  /** Hash of its session: the stream ends with it. */
  readonly session: string
  send(name: string, data: unknown): void
  close(): void
}

/** Tells the browsers that listen what has changed. Nothing is kept: who comes back reads everything again. */
export class EventHub {
  readonly #listeners = new Set<Listener>()
  #closed = false

  get closed(): boolean {
    return this.#closed
  }

  get size(): number {
    return this.#listeners.size
  }

  add(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  publish<Name extends keyof ServerEvents>(name: Name, data: ServerEvents[Name]): void {
    for (const listener of [...this.#listeners]) listener.send(name, data)
  }

  /** Ends the streams of a session that was ended. */
  dropSession(session: string): void {
    for (const listener of [...this.#listeners]) if (listener.session === session) listener.close()
  }

  /** Ends all streams; browsers come back at once and read everything again. */
  reconnect(): void {
    for (const listener of [...this.#listeners]) listener.close()
  }

  /** Ends all streams; new ones are refused. */
  close(): void {
    this.#closed = true
    this.reconnect()
  }
}
