import type { Clock } from '@evergrant/core'
import { type Kysely, sql } from 'kysely'
import type { Delivery, DeliveryAttempt, DeliveryList, WebhookEventType } from '../contract/index.ts'
import type { Tables } from '../db/tables.ts'
import type { Message, Outbox } from '../outbox/outbox.ts'
import { cursorFrom, cursorText } from '../page-cursor.ts'
import { Refusal } from '../problem.ts'

const SHOWN = 30
/** Attempts shown of one delivery: who sends it again and again has more. */
const ATTEMPTS_SHOWN = 20

/** What was sent to webhooks, as an administrator sees it. */
export class Deliveries {
  readonly #db: Kysely<Tables>
  readonly #clock: Clock
  readonly #outbox: Outbox

  constructor({ db, clock }: { readonly db: Kysely<Tables>; readonly clock: Clock }, outbox: Outbox) {
    this.#db = db
    this.#clock = clock
    this.#outbox = outbox
  }

  /** Newest first; `before`: what an earlier page gave. It counts also when the delivery that it ended with is gone. */
  async of(webhook: string, before?: string): Promise<DeliveryList> {
    const last = before === undefined ? undefined : cursorFrom(before, 'newest')
    const rows = await this.#db
      .selectFrom('outbox')
      .selectAll()
      .where('target', '=', webhook)
      .$if(last !== undefined, (query) => query.where(sql<boolean>`(created_at, id) < (${last?.value}, ${last?.id})`))
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(SHOWN + 1)
      .execute()
    const shown = rows.slice(0, SHOWN)
    const oldest = rows.length > SHOWN ? shown.at(-1) : undefined
    const deliveries = await this.#views(shown)
    if (oldest === undefined) return { deliveries }
    return { deliveries, before: cursorText({ sort: 'newest', part: 0, value: oldest.created_at, id: oldest.id }) }
  }

  async get(webhook: string, id: string): Promise<Delivery> {
    const [view] = await this.#views([await this.#find(webhook, id)])
    if (view === undefined) throw unknown()
    return view
  }

  /** Sends it once more, with the same id of the event. One that is being tried at this moment is left alone. */
  async again(webhook: string, id: string): Promise<Delivery> {
    await this.#find(webhook, id)
    await this.#outbox.change((db) =>
      db
        .updateTable('outbox')
        .set({ state: 'waiting', next_at: this.#clock.now(), attempts: 0, settled_at: null })
        .where('id', '=', id)
        .where('taken_by', 'is', null)
        .execute(),
    )
    return this.get(webhook, id)
  }

  async #find(webhook: string, id: string): Promise<Message> {
    const row = await this.#db
      .selectFrom('outbox')
      .selectAll()
      .where('id', '=', id)
      .where('target', '=', webhook)
      .executeTakeFirst()
    if (row === undefined) throw unknown()
    return row
  }

  async #views(rows: readonly Message[]): Promise<Delivery[]> {
    const ids = rows.map(({ id }) => id)
    const attempts = await this.#db
      .selectFrom('outbox_attempts')
      .selectAll()
      .where('message_id', 'in', [...ids, ''])
      .orderBy('at', 'desc')
      .execute()
    return rows.map(({ id, event_id, type, state, created_at, next_at, taken_by, payload }) => ({
      id,
      event_id,
      type: type as WebhookEventType,
      state,
      created_at,
      // While it is tried, the time is that at which somebody else would go on.
      ...(next_at === null || taken_by !== null ? {} : { next_attempt_at: next_at }),
      payload: JSON.parse(payload) as unknown,
      attempts: attempts
        .filter(({ message_id }) => message_id === id)
        .slice(0, ATTEMPTS_SHOWN)
        .map(
          ({ at, seconds, status, code, detail }): DeliveryAttempt => ({
            at,
            seconds,
            ...(status === null ? {} : { status }),
            ...(code === null ? {} : { code }),
            ...(detail === null ? {} : { detail }),
          }),
        ),
    }))
  }
}

function unknown(): Refusal {
  return new Refusal('NOT_FOUND', 'There is no such delivery of this webhook.')
}
