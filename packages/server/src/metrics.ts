import type { GrantEvent } from '@evergrant/core'
import type { GatewayEvent, MailGateway } from '@evergrant/mail/gateway'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { AccountCounts } from './contract/index.ts'
import { QuickHistogram } from './quick-histogram.ts'

/** What the server counts. Labels are words of ours: no id, no name, no secret. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #refreshes: Counter<'outcome' | 'code'>
  readonly #refreshSeconds: Histogram
  readonly #tokenRequests: Counter<'outcome' | 'code'>
  readonly #tokenSeconds = new QuickHistogram(
    'evergrant_token_request_seconds',
    'How long programs waited for a token.',
    [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15],
  )
  readonly #accounts: Gauge<'state'>
  readonly #flagged: Gauge<'flag'>
  readonly #counts: () => Promise<AccountCounts>
  readonly #mailSessions: Counter<'protocol' | 'outcome'>
  readonly #deliveries: Counter<'channel' | 'outcome'>
  /** Tokens handed out since the metrics were read last. */
  #handed = 0

  /**
   * @param counts how many accounts are in each state and have each flag; asked when the metrics are read
   * @param traffic what went through the mail gateway, if there is one; asked at the same moment
   */
  constructor(counts: () => Promise<AccountCounts>, traffic: () => MailGateway['traffic'] | undefined) {
    const registers = [this.#registry]
    this.#refreshes = new Counter({
      name: 'evergrant_refreshes_total',
      help: 'Refreshes of access tokens, by outcome and error code.',
      labelNames: ['outcome', 'code'],
      registers,
    })
    this.#refreshSeconds = new Histogram({
      name: 'evergrant_refresh_seconds',
      help: 'How long successful refreshes took.',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
      registers,
    })
    this.#tokenRequests = new Counter({
      name: 'evergrant_token_requests_total',
      help: 'Tokens asked for by programs, by outcome and error code.',
      labelNames: ['outcome', 'code'],
      registers,
    })
    this.#deliveries = new Counter({
      name: 'evergrant_deliveries_total',
      help: 'Attempts to deliver webhooks and mail, by channel and outcome; "again": there will be another.',
      labelNames: ['channel', 'outcome'],
      registers,
    })
    this.#accounts = new Gauge({
      name: 'evergrant_accounts',
      help: 'Accounts, by state.',
      labelNames: ['state'],
      registers,
    })
    this.#flagged = new Gauge({
      name: 'evergrant_accounts_flagged',
      help: 'Accounts of which something is true beside their state, by flag.',
      labelNames: ['flag'],
      registers,
    })
    this.#counts = counts
    this.#mailSessions = new Counter({
      name: 'evergrant_mail_gateway_logins_total',
      help: 'Log-ins of mail programs, by protocol and outcome: opened, wrong, locked, failed.',
      labelNames: ['protocol', 'outcome'],
      registers,
    })
    new Gauge({
      name: 'evergrant_mail_gateway_sessions',
      help: 'Connections of mail programs that are open.',
      labelNames: ['protocol'],
      registers,
      collect() {
        this.reset()
        for (const [protocol, { sessions }] of Object.entries(traffic() ?? {})) this.set({ protocol }, sessions)
      },
    })
    new Counter({
      name: 'evergrant_mail_gateway_bytes_total',
      help: 'Octets from (received) and to (sent) mail programs.',
      labelNames: ['protocol', 'direction'],
      registers,
      collect() {
        this.reset()
        for (const [protocol, { received, sent }] of Object.entries(traffic() ?? {})) {
          this.inc({ protocol, direction: 'received' }, received)
          this.inc({ protocol, direction: 'sent' }, sent)
        }
      },
    })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  async text(): Promise<string> {
    if (this.#handed > 0) this.#tokenRequests.inc({ outcome: 'ok', code: '' }, this.#handed)
    this.#handed = 0
    const { states, flags } = await this.#counts()
    for (const [state, accounts] of Object.entries(states)) this.#accounts.set({ state }, accounts)
    for (const [flag, accounts] of Object.entries(flags)) this.#flagged.set({ flag }, accounts)
    return `${await this.#registry.metrics()}\n${this.#tokenSeconds.text()}`
  }

  /** What became of a program's log-in, and of its session. */
  mailSession(outcome: GatewayEvent['type'], protocol: GatewayEvent['protocol']): void {
    if (outcome !== 'closed' && outcome !== 'renewed' && outcome !== 'lockout')
      this.#mailSessions.inc({ protocol, outcome })
  }

  grantEvent(event: GrantEvent): void {
    if (event.type === 'refreshed') {
      this.#refreshes.inc({ outcome: 'ok', code: '' })
      this.#refreshSeconds.observe(event.seconds)
    } else if (event.type === 'refresh_failed' || event.type === 'consent_required') {
      this.#refreshes.inc({ outcome: event.type, code: event.error.code })
    } else if (event.type === 'persist_failed') {
      this.#refreshes.inc({ outcome: 'persist_failed', code: event.error.code })
    }
  }

  delivery(channel: 'webhook' | 'mail', outcome: 'delivered' | 'failed' | 'dropped' | 'again'): void {
    this.#deliveries.inc({ channel, outcome })
  }

  tokenRequest(code: string | undefined, seconds: number): void {
    if (code === undefined) this.#handed++
    else this.#tokenRequests.inc({ outcome: 'refused', code })
    this.#tokenSeconds.observe(seconds)
  }
}
