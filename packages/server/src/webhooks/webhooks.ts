import { type Cipher, type Clock, counted, isLoopback, isOAuthError } from '@evergrant/core'
import type { Kysely, Selectable, Transaction } from 'kysely'
import type {
  NewWebhook,
  SwitchedOff,
  Webhook,
  WebhookEventData,
  WebhookEventType,
  WebhookPatch,
} from '../contract/index.ts'
import { sealedPlaces } from '../db/sealed-places.ts'
import type { Tables, WebhookTable } from '../db/tables.ts'
import type { Deps } from '../deps.ts'
import type { NewMessage, Outbox } from '../outbox/outbox.ts'
import { AtField, Refusal } from '../problem.ts'
import type { Reach } from '../security/reach.ts'
import { randomId } from '../security/secret.ts'
import { newWebhookSecret } from './signature.ts'

export type WebhookRow = Selectable<WebhookTable>

/** Seconds for which the secret of before signs too, unless somebody says otherwise. */
const OVERLAP = 86_400
/** Endpoints of one server. Each event is written once for each of them. */
const MOST = 50

/** Addresses that are told of events: who they are, what they get, and the secrets that messages to them are signed with. */
export class Webhooks {
  readonly #db: Kysely<Tables>
  readonly #clock: Clock
  readonly #cipher: Cipher
  readonly #outbox: Outbox

  constructor({ db, clock, cipher }: Deps, outbox: Outbox) {
    this.#db = db
    this.#clock = clock
    this.#cipher = cipher
    this.#outbox = outbox
  }

  list(): Promise<WebhookRow[]> {
    return this.#db.selectFrom('webhooks').selectAll().orderBy('created_at').orderBy('id').execute()
  }

  async get(id: string): Promise<WebhookRow> {
    const row = await this.find(id)
    if (row === undefined) throw new Refusal('NOT_FOUND', 'There is no such webhook.')
    return row
  }

  find(id: string): Promise<WebhookRow | undefined> {
    return this.#db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst()
  }

  /** Adds an address. Its secret is in the answer and nowhere else. */
  async create(
    { url, description, events }: NewWebhook,
    reach: Reach,
  ): Promise<{ readonly row: WebhookRow; readonly secret: string }> {
    assertWebhookUrl(url, reach)
    if ((await this.list()).length >= MOST) {
      throw new Refusal('INVALID_REQUEST', `There are ${counted(MOST, 'webhook')} already, and no more are kept.`)
    }
    const now = this.#clock.now()
    const id = randomId()
    const secret = newWebhookSecret()
    const row: WebhookRow = {
      id,
      url: url.trim(),
      description: description?.trim() || null,
      events: events == null ? null : JSON.stringify(events),
      secret: await this.#cipher.seal(secret, sealedPlaces.webhookSecret(id)),
      secret_set_at: now,
      former_secret: null,
      former_until: null,
      switched_off: null,
      failing_since: null,
      created_at: now,
      updated_at: now,
    }
    await this.#db.insertInto('webhooks').values(row).execute()
    return { row, secret }
  }

  /** What is left out stays. Whoever is switched on again is given another chance. */
  async update(id: string, patch: WebhookPatch, reach: Reach): Promise<WebhookRow> {
    const { url, description, events, enabled } = patch
    const before = await this.get(id)
    if (url !== undefined) assertWebhookUrl(url, reach)
    const values = {
      updated_at: this.#clock.now(),
      ...(url === undefined ? {} : { url: url.trim(), failing_since: null }),
      ...(description === undefined ? {} : { description: description.trim() || null }),
      ...(events === undefined ? {} : { events: events === null ? null : JSON.stringify(events) }),
      ...(enabled === undefined ? {} : enabled ? { switched_off: null, failing_since: null } : {}),
      ...(enabled === false && before.switched_off === null ? { switched_off: 'person' } : {}),
    }
    await this.#outbox.change(async (db) => {
      await db.updateTable('webhooks').set(values).where('id', '=', id).execute()
      if (enabled === false) await this.#outbox.giveUp(db, id)
    })
    return this.get(id)
  }

  async remove(id: string): Promise<void> {
    await this.get(id)
    await this.#outbox.change(async (db) => {
      await db.deleteFrom('webhooks').where('id', '=', id).execute()
      await db.deleteFrom('outbox').where('target', '=', id).execute()
    })
  }

  /** Makes a new secret. The one before signs too for so many seconds, so that no receiver has to change at that moment. */
  async rotate(id: string, overlap = OVERLAP): Promise<{ readonly row: WebhookRow; readonly secret: string }> {
    const before = await this.get(id)
    const now = this.#clock.now()
    const secret = newWebhookSecret()
    const held = await this.#cipher.open(before.secret, sealedPlaces.webhookSecret(id))
    const former =
      overlap === 0
        ? { former_secret: null, former_until: null }
        : {
            former_secret: await this.#cipher.seal(held, sealedPlaces.formerWebhookSecret(id)),
            former_until: now + overlap,
          }
    const changed = await this.#db
      .updateTable('webhooks')
      .set({
        secret: await this.#cipher.seal(secret, sealedPlaces.webhookSecret(id)),
        secret_set_at: now,
        updated_at: now,
        ...former,
      })
      .where('id', '=', id)
      .where('secret', '=', before.secret)
      .returning('id')
      .execute()
    // Somebody else made one at this moment: ours would take theirs out of force before anybody could enter it.
    if (changed.length === 0) throw new Refusal('INVALID_REQUEST', 'Somebody else changed the secret at this moment.')
    return { row: await this.get(id), secret }
  }

  /** The secrets that messages are signed with now, the newest first. */
  async secrets({ id, secret, former_secret, former_until }: WebhookRow): Promise<string[]> {
    const newest = await this.#cipher.open(secret, sealedPlaces.webhookSecret(id))
    if (former_secret === null || (former_until ?? 0) <= this.#clock.now()) return [newest]
    return [newest, await this.#cipher.open(former_secret, sealedPlaces.formerWebhookSecret(id))]
  }

  /** Writes an event for every endpoint that wants it, within the transaction of what it tells of. */
  async announce(db: Transaction<Tables>, type: WebhookEventType, data: WebhookEventData): Promise<void> {
    const rows = await db.selectFrom('webhooks').select(['id', 'events']).where('switched_off', 'is', null).execute()
    const wanting = rows.filter(({ events }) => events === null || (JSON.parse(events) as string[]).includes(type))
    const event_id = `evt_${randomId()}`
    await this.#outbox.add(
      db,
      wanting.map(({ id }) => this.#message(id, event_id, type, data)),
    )
  }

  /** Sends an endpoint something to try itself with; also one that is switched off. Id of the delivery. */
  async test(id: string): Promise<string> {
    await this.get(id)
    const data = { message: 'This is a test. Nothing has happened.' }
    const [delivery = ''] = await this.#outbox.change((db) =>
      this.#outbox.add(db, [this.#message(id, `evt_${randomId()}`, 'webhook.test', data)]),
    )
    return delivery
  }

  /** Forgets former secrets whose time is over. */
  async reap(): Promise<void> {
    await this.#db
      .updateTable('webhooks')
      .set({ former_secret: null, former_until: null })
      .where('former_until', '<=', this.#clock.now())
      .execute()
  }

  #message(target: string, event_id: string, type: WebhookEventType, data: WebhookEventData): NewMessage {
    const timestamp = new Date(this.#clock.now() * 1000).toISOString()
    return { channel: 'webhook', target, event_id, type, payload: JSON.stringify({ type, timestamp, data }) }
  }
}

/** A webhook as the API shows it: without its secrets. */
export function webhookView(row: WebhookRow, now: number): Webhook {
  const { description, events, switched_off, failing_since, former_secret, former_until } = row
  return {
    id: row.id,
    url: row.url,
    ...(description === null ? {} : { description }),
    events: events === null ? null : (JSON.parse(events) as WebhookEventType[]),
    enabled: switched_off === null,
    ...(switched_off === null ? {} : { switched_off: switched_off as SwitchedOff }),
    ...(failing_since === null ? {} : { failing_since }),
    secret_set_at: row.secret_set_at,
    ...(former_secret === null || former_until === null || former_until <= now
      ? {}
      : { former_secret_until: former_until }),
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
}

/** Refuses what cannot be right in itself, at its field. Throws a `Refusal`, or `PRIVATE_ADDRESS`. */
function assertWebhookUrl(given: string, reach: Reach): void {
  const wrong = (message: string) => new Refusal('SETTING_INVALID', message, { field: 'url' })
  const text = given.trim()
  if (/[\s\p{Cc}]/u.test(text) || !URL.canParse(text))
    throw wrong('This is no address, such as https://example.com/hook.')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '')
    throw wrong('The address must not have a user name or password in it.')
  if (url.hash !== '') throw wrong('The address must not have a fragment (#…).')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw wrong('The address must begin with https://, so that nobody reads or changes what is sent.')
  }
  try {
    reach.assertPublic(text)
  } catch (error) {
    throw isOAuthError(error) ? new AtField(error, 'url') : error
  }
}
