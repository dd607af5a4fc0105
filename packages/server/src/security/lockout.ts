import { isIPv6 } from 'node:net'
import type { Clock } from '@evergrant/core'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../db/tables.ts'

const FREE_ATTEMPTS = 5
const LONGEST_WAIT = 900
const FORGET_AFTER = 3600

/** Seconds that a source waits after so many failures. */
function waitAfter(failures: number): number {
  return failures < FREE_ATTEMPTS ? 0 : Math.min(LONGEST_WAIT, 2 ** (failures - FREE_ATTEMPTS + 1))
}

/** The same for the database: it decides and counts in one statement. */
const WAIT = sql.raw<number>(
  `CASE ${Array.from({ length: 16 }, (_, failures) => `WHEN sign_in_attempts.failures = ${failures} THEN ${waitAfter(failures)}`).join(' ')} ELSE ${LONGEST_WAIT} END`,
)

/**
 * Slows down guessing, by where it comes from: after five failures a source waits 2, 4, 8 … seconds, at most 15 minutes.
 * Never by account: otherwise anybody could lock somebody else out. Counted in the database, so that servers on one
 * database count together.
 */
export class Lockout {
  readonly #db: Kysely<Tables>
  readonly #clock: Clock

  constructor(db: Kysely<Tables>, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /**
   * Counts an attempt, before its outcome is known: guesses sent at the same time, to whichever servers, do not slip
   * through. Resolves with the seconds for which this source still has to wait; 0: it may try, and was counted.
   */
  async attempt(from: string): Promise<number> {
    const source = networkOf(from)
    const now = this.#clock.now()
    // A moment far ahead comes from a clock that was wrong: nobody waits for it.
    const { rows } = await sql`
      INSERT INTO sign_in_attempts (source, failures, last) VALUES (${source}, 1, ${now})
      ON CONFLICT (source) DO UPDATE SET
        failures = CASE WHEN sign_in_attempts.last > ${now - FORGET_AFTER} THEN sign_in_attempts.failures + 1 ELSE 1 END,
        last = ${now}
      WHERE sign_in_attempts.last + ${WAIT} <= ${now} OR sign_in_attempts.last > ${now + LONGEST_WAIT}
      RETURNING failures`.execute(this.#db)
    if (rows.length > 0) return 0
    const attempts = this.#db.selectFrom('sign_in_attempts').select(['failures', 'last']).where('source', '=', source)
    const found = await attempts.executeTakeFirst()
    // Gone meanwhile: it succeeded elsewhere.
    return found === undefined ? 1 : Math.max(1, found.last + waitAfter(found.failures) - now)
  }

  /** The attempt was no guess: nothing is held against this source any more. */
  async succeeded(source: string): Promise<void> {
    await this.#db.deleteFrom('sign_in_attempts').where('source', '=', networkOf(source)).execute()
  }

  async reap(): Promise<void> {
    const before = this.#clock.now() - FORGET_AFTER
    await this.#db.deleteFrom('sign_in_attempts').where('last', '<', before).execute()
  }
}

/** An IPv6 address counts as its /64: whoever has one address there has them all (RFC 6177 §2). */
function networkOf(source: string): string {
  const address = source.replace(/%.*$/, '')
  if (!isIPv6(address)) return source
  // The URL parser writes every address the same way: lower case, no leading zeros, the longest run of zeros as `::`.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  if (head === '' && tail?.startsWith('ffff:')) return source
  const front = head.split(':').filter((group) => group !== '')
  const back = tail?.split(':').filter((group) => group !== '') ?? []
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0')
  return `${[...front, ...zeros, ...back].slice(0, 4).join(':')}::/64`
}
