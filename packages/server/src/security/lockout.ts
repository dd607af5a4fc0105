import { isIPv6 } from 'node:net'
import { type Clock, counted } from '@evergrant/core'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../db/tables.ts'
import { Refusal } from '../problem.ts'

/** Stands for everybody whose name is not known: guesses at them are counted, and never forgiven. */
export const NOBODY = '-'

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

/** A guess that was let through, and counts as a failure until the lockout is told of its success. */
export interface Attempt {
  readonly source: string
  /** Whose password was guessed; undefined: a link, which nobody's password is behind. */
  readonly whose: string | undefined
  readonly at: number
  /** The moment that counted before this attempt; undefined: there was none. */
  readonly before: number | undefined
}

/**
 * Slows down guessing, by where it comes from: after five failures a source waits 2, 4, 8 … seconds, at most 15 minutes.
 * Never by account: otherwise anybody could lock somebody else out. Counted in the database, so that servers on one
 * database count together.
 *
 * A success takes back its own attempt, and those at the password of the same user from the same source. It says nothing
 * about the others: whoever has one password, or a link, could guess the password of somebody else for ever with it. For
 * that a source has a row of its own, which decides, and one for each user whose password was guessed from there.
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
   * through. Throws TOO_MANY_ATTEMPTS while this source has to wait, and counts nothing then.
   *
   * @param whose id of the user whose password is guessed; NOBODY for a name that is not known
   */
  async attempt(from: string, whose?: string): Promise<Attempt> {
    const source = networkOf(from)
    const now = this.#clock.now()
    const held = this.#db.selectFrom('sign_in_attempts').select(['failures', 'last']).where('source', '=', source)
    const before = (await held.executeTakeFirst())?.last
    // A moment far ahead comes from a clock that was wrong: nobody waits for it.
    const { rows } = await sql`
      INSERT INTO sign_in_attempts (source, failures, last) VALUES (${source}, 1, ${now})
      ON CONFLICT (source) DO UPDATE SET ${oneMore(now)}
      WHERE sign_in_attempts.last + ${WAIT} <= ${now} OR sign_in_attempts.last > ${now + LONGEST_WAIT}
      RETURNING failures`.execute(this.#db)
    if (rows.length === 0) {
      const found = await held.executeTakeFirst()
      throw tooMany(found === undefined ? 1 : found.last + waitAfter(found.failures) - now)
    }
    if (whose !== undefined) {
      await sql`
        INSERT INTO sign_in_attempts (source, failures, last) VALUES (${keyOf(source, whose)}, 1, ${now})
        ON CONFLICT (source) DO UPDATE SET ${oneMore(now)}`.execute(this.#db)
    }
    return { source, whose, at: now, before }
  }

  /**
   * The attempt was no guess: it is taken back, and with it what was held against this source for guesses of the same
   * user's password.
   *
   * @param user who has proved who they are; default: the one whose password it was
   */
  async succeeded({ source, whose, at, before }: Attempt, user = whose): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      const own = whose === undefined ? 1 : 0
      const theirs =
        user === undefined
          ? undefined
          : await db
              .deleteFrom('sign_in_attempts')
              .where('source', '=', keyOf(source, user))
              .returning('failures')
              .executeTakeFirst()
      const forgiven = own + (theirs?.failures ?? 0)
      // Unless another one has come since, it is as if this one had not been: nobody waits for a right password, and the
      // failures that stay are not remembered for longer.
      await sql`
        UPDATE sign_in_attempts SET
          failures = CASE WHEN failures > ${forgiven} THEN failures - ${forgiven} ELSE 0 END,
          last = CASE WHEN last = ${at} THEN CAST(${before ?? at} AS DOUBLE PRECISION) ELSE last END
        WHERE source = ${source}`.execute(db)
    })
  }

  async reap(): Promise<void> {
    const before = this.#clock.now() - FORGET_AFTER
    await this.#db.deleteFrom('sign_in_attempts').where('last', '<', before).execute()
  }
}

/** One failure more, or the first one again. */
const oneMore = (now: number) => sql`
  failures = CASE WHEN sign_in_attempts.last > ${now - FORGET_AFTER} THEN sign_in_attempts.failures + 1 ELSE 1 END,
  last = ${now}`

/** The row of guesses of one user's password from one source. No address has a space in it. */
const keyOf = (source: string, user: string): string => `${source} ${user}`

function tooMany(seconds: number): Refusal {
  const wait = Math.max(1, Math.ceil(seconds))
  const message = `Too many failed attempts from here. Wait ${counted(wait, 'second')}.`
  return new Refusal('TOO_MANY_ATTEMPTS', message, { retryAfter: wait })
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
