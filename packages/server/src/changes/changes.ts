import { randomUUID } from 'node:crypto'
import type { Change, ChangeListener } from './change.ts'

/** How messages get from one server to all others on the same database. */
export interface Wire {
  /** Rejects when it may not have been sent. */
  send(message: string): Promise<void>
  /** Hears all messages from now on, one's own among them. `missed`: some may not have been heard. */
  listen(heard: (message: string) => void, missed: () => void): Promise<void>
  close(): Promise<void>
}

/** Milliseconds for which changes are gathered: many accounts that are renewed in a row are one message. */
const GATHER = 50
/** Milliseconds until the next try when a message could not be sent. */
const AGAIN = 500
/** PostgreSQL takes messages of less than 8000 bytes (NOTIFY). */
const MOST_CHARACTERS = 7000
/** With so many waiting, the others are told to forget everything instead. */
const MOST_WAITING = 20_000

interface Message {
  readonly from: string
  /** Undefined: so much that everything may have changed. */
  readonly changes?: readonly Change[]
}

/**
 * Tells the other servers on a database what changed here, and hears it from them: what they remember in memory is
 * right again within a fraction of a second, and browsers see it whichever server they are connected to.
 *
 * Nobody waits for it. A server that ends before it told is covered by the few seconds after which what is remembered
 * is read again in any case.
 */
export class Changes {
  readonly #wire: Wire
  readonly #name = randomUUID()
  #waiting = new Map<string, Change>()
  #overflow = false
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> = Promise.resolve()
  #closed = false

  constructor(wire: Wire) {
    this.#wire = wire
  }

  /** Tells the others. Never throws; what cannot be sent now is sent later. */
  tell(change: Change): void {
    if (this.#closed) return
    const key = `${change.of} ${change.id}`
    this.#waiting.delete(key)
    this.#waiting.set(key, change)
    if (this.#waiting.size > MOST_WAITING) {
      this.#overflow = true
      this.#waiting.clear()
    }
    this.#sendIn(GATHER)
  }

  /** Hears what the others tell, from when it resolves on. */
  async listen(listener: ChangeListener): Promise<void> {
    const heard = (text: string): void => {
      const { from, changes } = JSON.parse(text) as Message
      if (from === this.#name) return
      if (changes === undefined) listener.missed()
      else for (const change of changes) listener.changed(change)
    }
    await this.#wire.listen(heard, () => listener.missed())
  }

  /** Sends what still waits, as far as that works, and hears nothing more. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#sending
    await this.#send().catch(() => undefined)
    await this.#wire.close()
  }

  #sendIn(milliseconds: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#sending = this.#send().catch(() => {
        if (!this.#closed) this.#sendIn(AGAIN)
      })
    }, milliseconds)
  }

  async #send(): Promise<void> {
    const changes = this.#waiting
    const overflow = this.#overflow
    if (changes.size === 0 && !overflow) return
    this.#waiting = new Map()
    this.#overflow = false
    const messages = overflow ? [[]] : parts([...changes.values()])
    try {
      for (const part of messages) {
        const message: Message = { from: this.#name, ...(overflow ? {} : { changes: part }) }
        await this.#wire.send(JSON.stringify(message))
      }
    } catch (error) {
      // What was told meanwhile is newer.
      this.#waiting = new Map([...changes, ...this.#waiting])
      this.#overflow ||= overflow
      throw error
    }
  }
}

/** In messages that are not too long. */
function parts(changes: readonly Change[]): Change[][] {
  const messages: Change[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const change of changes) {
    const length = JSON.stringify(change).length + 1
    if (size + length > MOST_CHARACTERS) {
      messages.push([])
      size = 100
    }
    messages.at(-1)?.push(change)
    size += length
  }
  return messages
}
