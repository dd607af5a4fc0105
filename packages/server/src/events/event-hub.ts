import type { ServerEvents } from '../contract/index.ts'

/** A browser or a program that listens. */
export interface Listener {
  /** Hash of its session or key: the stream ends with it. */
  readonly holder: string
  /** Whether it is a program, which hears of tokens. */
  readonly program: boolean
  /** Undefined: it waits for one thing alone, and is told otherwise. */
  readonly send?: (name: string, data: unknown) => void
  close(): void
}

/** Tells those who listen what has changed. Nothing is kept: who comes back reads everything again. */
export class EventHub {
  readonly #listeners = new Set<Listener>()
  #hearing = 0
  #programs = 0
  #closed = false

  get closed(): boolean {
    return this.#closed
  }

  /** How many hear of accounts and connections. */
  get size(): number {
    return this.#hearing
  }

  /** Whether a program hears of tokens. */
  get hasPrograms(): boolean {
    return this.#programs > 0
  }

  add(listener: Listener): () => void {
    const hears = listener.send === undefined ? 0 : 1
    const program = listener.program ? hears : 0
    this.#listeners.add(listener)
    this.#hearing += hears
    this.#programs += program
    return () => {
      if (!this.#listeners.delete(listener)) return
      this.#hearing -= hears
      this.#programs -= program
    }
  }

  publish<Name extends keyof ServerEvents>(name: Name, data: ServerEvents[Name]): void {
    for (const listener of [...this.#listeners]) listener.send?.(name, data)
  }

  /** Ends the streams of a session that was ended, or of a key that was deleted. */
  drop(holder: string): void {
    for (const listener of [...this.#listeners]) if (listener.holder === holder) listener.close()
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
