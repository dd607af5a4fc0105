import { randomUUID } from 'node:crypto'
import type { StoreProcesses } from '@evergrant/core'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Tables } from '../db/tables.ts'

/** Seconds between two beats. */
export const BEAT_EVERY = 3

/**
 * Seconds of silence after which a replica counts as ended: longer than its requests for tokens last, which is what the
 * lease of 30 covers, and some beats more.
 */
const SILENT = 40

/** Seconds without a beat of anybody, after which nobody's silence says anything: nobody may have reached the database. */
const BROKEN = 10

/** Seconds after which a replica that is gone is forgotten. */
const FORGOTTEN = 86_400

/**
 * Tells replicas on one database which of the others have ended. A mark that a killed replica left on a grant is
 * respected for a lease, counted from when somebody began to look; where replicas are killed again and again, nobody
 * looks for so long. What is counted here is in the database, and outlives whoever counts.
 *
 * Each replica writes a beat every {@link BEAT_EVERY} seconds, with the database's clock, so that no two clocks are ever
 * compared. Silence is counted only while beats of others came without a gap: after an outage of the database, a
 * suspension of all replicas or a jump of its clock the count begins anew. A replica that was paused alone, or cut off
 * alone, is silent like a dead one, and counts as ended later than by the lease.
 */
export class ReplicaPulse implements StoreProcesses {
  readonly own = randomUUID()
  readonly #db: Kysely<Tables>
  readonly #time: RawBuilder<number>
  #ended: ReadonlySet<string> = new Set()

  /** @param time the database's clock, in epoch seconds */
  constructor(
    db: Kysely<Tables>,
    time: RawBuilder<number> = sql<number>`EXTRACT(EPOCH FROM clock_timestamp())::double precision`,
  ) {
    this.#db = db
    this.#time = time
  }

  hasEnded(name: string): boolean {
    return this.#ended.has(name)
  }

  /** Says that this replica is there, and looks who is not. */
  async beat(): Promise<void> {
    const { rows: own } = await sql<{ unbroken_since: number }>`
      INSERT INTO replicas (id, seen_at, unbroken_since)
      SELECT ${this.own}, present.at,
        CASE WHEN last.seen_at BETWEEN present.at - ${BROKEN} AND present.at THEN last.unbroken_since ELSE present.at END
      FROM (SELECT ${this.#time} AS at) AS present
      LEFT JOIN (SELECT seen_at, unbroken_since FROM replicas ORDER BY seen_at DESC LIMIT 1) AS last ON TRUE
      ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, unbroken_since = excluded.unbroken_since
      RETURNING unbroken_since`.execute(this.#db)
    const since = own[0]?.unbroken_since ?? Number.POSITIVE_INFINITY
    const { rows } = await sql<{ id: string }>`
      SELECT id FROM replicas WHERE GREATEST(seen_at, ${since}) < ${this.#time} - ${SILENT}`.execute(this.#db)
    this.#ended = new Set(rows.map(({ id }) => id))
  }

  /** Forgets who is gone for long. */
  async reap(): Promise<void> {
    await sql`DELETE FROM replicas WHERE seen_at < ${this.#time} - ${FORGOTTEN}`.execute(this.#db)
  }
}
