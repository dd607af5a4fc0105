import type { Transaction } from 'kysely'
import type { Tables } from '../db/tables.ts'
import { MAIL_SERVER, sendNoticeMail } from '../notices/notice-mail.ts'
import type { Outcome, Taken } from '../outbox/outbox.ts'
import type { Services } from '../services.ts'
import { sendWebhook } from '../webhooks/send-webhook.ts'

/** Messages to one receiver at a time. */
const SIDE_BY_SIDE = 4
/** Seconds without a single success after which a receiver that refuses a message for the last time is switched off. */
const TOO_LONG = 5 * 86_400

/** Delivers what waits in the outbox. One receiver that is slow or away holds up no other. */
export class Delivery {
  readonly #services: Services
  readonly #signal: AbortSignal
  readonly #lanes = new Map<string, Promise<void>>()
  /** Receivers for whom something came while their lane was at work. */
  readonly #asked = new Set<string>()

  constructor(services: Services, signal: AbortSignal) {
    this.#services = services
    this.#signal = signal
  }

  /** Begins to deliver what is due, and waits for none of it. */
  async look(): Promise<void> {
    if (this.#signal.aborted) return
    for (const { target } of await this.#services.outbox.dueTargets()) {
      this.#asked.add(target)
      if (this.#lanes.has(target) || this.#signal.aborted) continue
      const lane = this.#work(target)
        .catch((err: unknown) => this.#services.deps.logger.error({ err }, 'a delivery was not noted'))
        .finally(() => this.#lanes.delete(target))
      this.#lanes.set(target, lane)
    }
  }

  /** Waits for attempts under way. */
  async done(): Promise<void> {
    await Promise.all(this.#lanes.values())
  }

  async #work(target: string): Promise<void> {
    while (this.#asked.delete(target)) {
      for (;;) {
        if (this.#signal.aborted) return
        const taken = await this.#services.outbox.take(target, SIDE_BY_SIDE)
        if (taken.length === 0) break
        await Promise.all(taken.map((message) => (target === MAIL_SERVER ? this.#mail(message) : this.#hook(message))))
      }
    }
  }

  async #mail(message: Taken): Promise<void> {
    const { deps, notices, outbox, metrics } = this.#services
    const at = deps.clock.now()
    const begun = performance.now()
    const { db, publicUrl, mail } = deps
    const { outcome, ...told } = await sendNoticeMail(message, { db, publicUrl, mail }, notices)
    const seconds = (performance.now() - begun) / 1000
    await outbox.settle(message, outcome, { at, seconds, ...told })
    metrics.delivery('mail', word(outcome))
    const { code, status, detail } = told
    if (word(outcome) === 'failed' || word(outcome) === 'again') {
      deps.logger.warn({ message: message.id, code, status }, `A mail could not be sent: ${detail ?? ''}`)
    }
  }

  async #hook(message: Taken): Promise<void> {
    const { deps, webhooks, outbox, connections, notices, metrics } = this.#services
    const row = await webhooks.find(message.target)
    // Removed while its messages were taken.
    if (row === undefined) return
    const { outcome, attempt, gone } = await sendWebhook(message, {
      url: row.url,
      secrets: await webhooks.secrets(row),
      version: deps.version,
      clock: deps.clock,
      fetch: connections.fetch,
      signal: this.#signal,
    })
    // Cut off by our own end: the attempt is nobody's fault, and comes back when its lease is over.
    if (this.#signal.aborted && attempt.status === undefined) return
    let off = false
    await outbox.settle(message, outcome, attempt, async (db) => {
      off = await this.#noted(message, outcome, gone, db)
    })
    metrics.delivery('webhook', word(outcome))
    if (off) notices.told()
  }

  /** Keeps since when a receiver fails, and switches it off when it is gone or has failed for too long. */
  async #noted({ target, type }: Taken, outcome: Outcome, gone: boolean, db: Transaction<Tables>): Promise<boolean> {
    const { deps, outbox, notices } = this.#services
    const now = deps.clock.now()
    if (word(outcome) === 'delivered') {
      await db
        .updateTable('webhooks')
        .set({ failing_since: null })
        .where('id', '=', target)
        .where('failing_since', 'is not', null)
        .execute()
      return false
    }
    const [row] = await db
      .updateTable('webhooks')
      .set((of) => ({ failing_since: of.fn.coalesce('failing_since', of.val(now)) }))
      .where('id', '=', target)
      .returning(['url', 'failing_since', 'switched_off'])
      .execute()
    if (row === undefined || row.switched_off !== null) return false
    const forLong = word(outcome) === 'failed' && now - (row.failing_since ?? now) >= TOO_LONG
    if (!gone && !forLong) return false
    await db
      .updateTable('webhooks')
      .set({ switched_off: gone ? 'gone' : 'failing' })
      .where('id', '=', target)
      .execute()
    await outbox.giveUp(db, target)
    const detail = { webhook: { id: target, url: row.url } }
    await notices.raise({ key: `webhook/${target}`, kind: 'webhook_off', detail }, db)
    deps.logger.warn({ webhook: target, type, gone }, 'A webhook was switched off.')
    return true
  }
}

function word(outcome: Outcome): 'delivered' | 'failed' | 'dropped' | 'again' {
  return 'again' in outcome ? 'again' : outcome.state
}
