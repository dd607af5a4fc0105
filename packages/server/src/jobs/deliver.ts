import type { Transaction } from 'kysely'
import type { Tables } from '../db/tables.ts'
import { sendNoticeMail } from '../notices/notice-mail.ts'
import type { Outcome, Taken } from '../outbox/outbox.ts'
import type { Services } from '../services.ts'
import { sendWebhook } from '../webhooks/send-webhook.ts'

/** Messages to one receiver at a time. */
const SIDE_BY_SIDE = 4
/** Seconds without a single success after which a receiver that refuses a message for the last time is switched off. */
const TOO_LONG = 5 * 86_400

interface Lane {
  /** Something may be due that was not seen yet. */
  asked: boolean
  wake: () => void
  ended: Promise<void>
}

/** Delivers what waits in the outbox. One receiver that is slow or away holds up no other. */
export class Delivery {
  readonly #services: Services
  readonly #signal: AbortSignal
  readonly #lanes = new Map<string, Lane>()

  constructor(services: Services, signal: AbortSignal) {
    this.#services = services
    this.#signal = signal
    signal.addEventListener('abort', () => {
      for (const lane of this.#lanes.values()) lane.wake()
    })
  }

  /** Begins to deliver what is due, and waits for none of it. */
  async look(): Promise<void> {
    if (this.#signal.aborted) return
    for (const { target } of await this.#services.outbox.dueTargets()) {
      const lane = this.#lanes.get(target)
      if (lane !== undefined) {
        lane.asked = true
        lane.wake()
      } else if (!this.#signal.aborted) this.#begin(target)
    }
  }

  /** Waits for attempts under way. */
  async done(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map(({ ended }) => ended))
  }

  #begin(target: string): void {
    const lane: Lane = { asked: true, wake: () => undefined, ended: Promise.resolve() }
    this.#lanes.set(target, lane)
    lane.ended = this.#work(target, lane).finally(() => {
      this.#lanes.delete(target)
      // Asked in the moment in which it ended.
      if (lane.asked && !this.#signal.aborted) this.#begin(target)
    })
  }

  /** Keeps so many messages to a receiver under way, until there are no more. */
  async #work(target: string, lane: Lane): Promise<void> {
    const under = new Set<Promise<void>>()
    while ((lane.asked || under.size > 0) && !this.#signal.aborted) {
      const free = SIDE_BY_SIDE - under.size
      if (free > 0 && lane.asked) {
        lane.asked = false
        const taken = await this.#services.outbox.take(target, free).catch((err: unknown) => this.#failed(err))
        // There may be more.
        if (taken.length === free) lane.asked = true
        for (const message of taken) {
          const one = this.#deliver(message).finally(() => under.delete(one))
          under.add(one)
        }
        continue
      }
      const woken = new Promise<void>((go) => {
        lane.wake = go
      })
      await Promise.race([woken, ...under])
    }
    await Promise.all(under)
  }

  async #deliver(message: Taken): Promise<void> {
    // What is not noted comes back when its lease is over.
    await (message.channel === 'mail' ? this.#mail(message) : this.#hook(message)).catch((err) => this.#failed(err))
  }

  #failed(err: unknown): [] {
    this.#services.deps.logger.error({ err, job: 'deliver' }, 'a job failed')
    return []
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
    const { deps, webhooks, outbox, reach, notices, metrics } = this.#services
    const row = await webhooks.find(message.target)
    // Removed while its messages were taken.
    if (row === undefined) return
    const { outcome, attempt, gone } = await sendWebhook(message, {
      url: row.url,
      secrets: await webhooks.secrets(row),
      version: deps.version,
      clock: deps.clock,
      fetch: reach.fetch,
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
