import type { Clock, GrantEvent } from '@evergrant/core'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../db/tables.ts'

const HOUR = 3_600
const KEPT_HOURS = 90 * 24

interface Counted {
  readonly hour: number
  readonly connection_id: string
  refreshed: number
  failed: number
  seconds: number
  slowest: number
}

/** What happened in a stretch of time. */
export interface ActivityBucket {
  readonly at: number
  readonly refreshed: number
  readonly failed: number
}

/** How a connection's provider answered. */
export interface ActivityOf {
  readonly connection_id: string
  readonly refreshed: number
  readonly failed: number
  /** How long renewals took in all, and the longest. */
  readonly seconds: number
  readonly slowest: number
}

/**
 * How many renewals there were and how long they took, by hour and connection: as many rows as hours, however many
 * accounts. Counted in memory and added to the database every few seconds, so that a renewal waits for nothing and
 * servers on one database do not queue for one row. A process that is killed loses those few seconds of counts.
 */
export class Activity {
  readonly #db: Kysely<Tables>
  readonly #clock: Clock
  #counted = new Map<string, Counted>()

  constructor(db: Kysely<Tables>, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** @param at when it happened; writing it down may take a while */
  note(connection_id: string, event: GrantEvent, at: number = this.#clock.now()): void {
    const failed = event.type === 'refresh_failed' || event.type === 'consent_required'
    if (event.type !== 'refreshed' && !failed) return
    const hour = Math.floor(at / HOUR)
    const key = `${hour} ${connection_id}`
    const of = this.#counted.get(key) ?? { hour, connection_id, refreshed: 0, failed: 0, seconds: 0, slowest: 0 }
    this.#counted.set(key, of)
    if (event.type === 'refreshed') {
      of.refreshed++
      of.seconds += event.seconds
      of.slowest = Math.max(of.slowest, event.seconds)
    } else of.failed++
  }

  /** Adds what was counted to the database. What it does not take is counted on. */
  async flush(): Promise<void> {
    const counted = this.#counted
    if (counted.size === 0) return
    this.#counted = new Map()
    try {
      await this.#add([...counted.values()])
    } catch (error) {
      for (const [key, of] of counted) this.#again(key, of)
      throw error
    }
  }

  /** Counts since an hour, in buckets of so many hours, oldest first; hours without any are left out. */
  async buckets(since: number, hours: number): Promise<ActivityBucket[]> {
    await this.flush()
    // A literal: a bound number may be taken for one with a fraction, and the division would not be whole.
    const bucket = sql<number>`hour / ${sql.lit(hours)}`
    const rows = await this.#db
      .selectFrom('activity')
      .select((of) => [bucket.as('bucket'), of.fn.sum('refreshed').as('refreshed'), of.fn.sum('failed').as('failed')])
      .where('hour', '>=', Math.floor(since / HOUR))
      .groupBy(bucket)
      .orderBy('bucket')
      .execute()
    return rows.map(({ bucket, refreshed, failed }) => ({
      at: Number(bucket) * hours * HOUR,
      refreshed: Number(refreshed),
      failed: Number(failed),
    }))
  }

  /** The same by connection. */
  async connections(since: number): Promise<ActivityOf[]> {
    await this.flush()
    const rows = await this.#db
      .selectFrom('activity')
      .select((of) => [
        'connection_id',
        of.fn.sum('refreshed').as('refreshed'),
        of.fn.sum('failed').as('failed'),
        of.fn.sum('seconds').as('seconds'),
        of.fn.max('slowest').as('slowest'),
      ])
      .where('hour', '>=', Math.floor(since / HOUR))
      .groupBy('connection_id')
      .execute()
    return rows.map(({ connection_id, refreshed, failed, seconds, slowest }) => ({
      connection_id,
      refreshed: Number(refreshed),
      failed: Number(failed),
      seconds: Number(seconds),
      slowest: Number(slowest),
    }))
  }

  async reap(): Promise<void> {
    const hour = Math.floor(this.#clock.now() / HOUR) - KEPT_HOURS
    await this.#db.deleteFrom('activity').where('hour', '<', hour).execute()
  }

  async #add(rows: readonly Counted[]): Promise<void> {
    const sum = (name: 'refreshed' | 'failed' | 'seconds') =>
      sql<number>`activity.${sql.ref(name)} + excluded.${sql.ref(name)}`
    await this.#db
      .insertInto('activity')
      .values([...rows])
      .onConflict((of) =>
        of.columns(['hour', 'connection_id']).doUpdateSet({
          refreshed: sum('refreshed'),
          failed: sum('failed'),
          seconds: sum('seconds'),
          slowest: sql<number>`CASE WHEN excluded.slowest > activity.slowest THEN excluded.slowest ELSE activity.slowest END`,
        }),
      )
      .execute()
  }

  #again(key: string, { hour, connection_id, refreshed, failed, seconds, slowest }: Counted): void {
    const of = this.#counted.get(key) ?? { hour, connection_id, refreshed: 0, failed: 0, seconds: 0, slowest: 0 }
    this.#counted.set(key, {
      ...of,
      refreshed: of.refreshed + refreshed,
      failed: of.failed + failed,
      seconds: of.seconds + seconds,
      slowest: Math.max(of.slowest, slowest),
    })
  }
}
