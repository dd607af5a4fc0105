import type { OwnPool, PostgresConnection } from '@evergrant/stores/postgres'
import type { Wire } from './changes.ts'

/** Of the schema: servers in other schemas of the same database have other data. */
const CHANNEL = "'evergrant_' || md5(current_schema())"
/** Milliseconds after which a connection that says nothing is asked whether it is still there. */
const ASK_EVERY = 5000
const SHORTEST_WAIT = 100
const LONGEST_WAIT = 5000

/**
 * PostgreSQL's LISTEN and NOTIFY, on a connection of its own. When that breaks it is opened again, and everything that
 * came between counts as missed.
 */
export class NotifyWire implements Wire {
  readonly #pool: OwnPool
  readonly #closing = new AbortController()
  #connection: PostgresConnection | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(pool: OwnPool) {
    this.#pool = pool
  }

  async send(message: string): Promise<void> {
    await this.#pool.query({ text: `SELECT pg_notify(${CHANNEL}, $1)`, values: [message] })
  }

  async listen(heard: (message: string) => void, missed: () => void): Promise<void> {
    await this.#open(heard, missed)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    clearTimeout(this.#timer)
    this.#connection?.release(true)
    this.#connection = undefined
  }

  async #open(heard: (message: string) => void, missed: () => void): Promise<void> {
    const connection = await this.#pool.connect()
    let over = false
    const ended = (): void => {
      if (over) return
      over = true
      clearTimeout(this.#timer)
      // Whoever closed this has given it back already.
      if (this.#connection === connection) connection.release(true)
      this.#connection = undefined
      this.#again(SHORTEST_WAIT, heard, missed)
    }
    connection.on('notification', ({ payload }) => {
      if (payload !== undefined && payload !== '') heard(payload)
    })
    connection.on('error', ended)
    connection.on('end', ended)
    this.#connection = connection
    try {
      const { rows } = await connection.query({ text: `SELECT ${CHANNEL} AS channel` })
      await connection.query({ text: `LISTEN ${String(rows[0]?.['channel'])}` })
    } catch (error) {
      over = true
      this.#connection = undefined
      connection.release(true)
      throw error
    }
    if (this.#closing.signal.aborted) return this.close()
    const ask = (): void => {
      connection.query({ text: 'SELECT 1' }).then(() => {
        if (!over) this.#timer = setTimeout(ask, ASK_EVERY).unref()
      }, ended)
    }
    this.#timer = setTimeout(ask, ASK_EVERY).unref()
  }

  #again(wait: number, heard: (message: string) => void, missed: () => void): void {
    if (this.#closing.signal.aborted) return
    // From now on nothing is heard: what is remembered is not to be relied on until it is.
    missed()
    this.#timer = setTimeout(() => {
      this.#open(heard, missed).then(missed, () => this.#again(Math.min(LONGEST_WAIT, wait * 2), heard, missed))
    }, wait).unref()
  }
}
