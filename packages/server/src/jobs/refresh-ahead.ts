import { setImmediate as turn } from 'node:timers/promises'
import { type GrantSummary, isOAuthError } from '@evergrant/core'
import { providerDefinition } from '@evergrant/providers'
import type { Services } from '../services.ts'

/** An account counts as in use for so long after its last token. */
const IN_USE = 6 * 3600
/** Requests to one token host at a time. */
const PER_HOST = 4
/** Renewals begun in one round; the rest come in the next. */
const MOST_IN_ROUND = 1000
/** Other work has its turn after so many grants. */
const BREATH = 500

/**
 * Renews tokens before programs ask for them: those of accounts in use when they are due, the others often enough that
 * the provider does not end them for lack of use (a quarter of its limit). Grants in trouble are tried again when their
 * wait is over. What comes of it is the engine's to record. Returns how many were renewed.
 */
export async function refreshAhead(services: Services, signal: AbortSignal): Promise<number> {
  const { deps, tokens } = services
  const now = deps.clock.now()
  const lanes = new Lanes(PER_HOST)
  const used = await lastUses(services)
  let renewed = 0
  let begun = 0
  let seen = 0
  for await (const grant of due(services, now)) {
    if (signal.aborted || begun >= MOST_IN_ROUND) break
    if (++seen % BREATH === 0) await turn()
    const last = used.get(grant.id)
    if (last === undefined || !grant.refreshable) continue
    const inUse = last > now - IN_USE
    if (!inUse && grant.standing.state === 'active' && !(await fadesSoon(grant, now))) continue
    begun++
    lanes.add(await hostOf(grant.id, services), async () => {
      if (signal.aborted) return
      if (await renew(grant, services)) renewed++
      if (!inUse) tokens.sources.evict(grant.id)
    })
  }
  await lanes.done()
  return renewed
}

/** Grants whose token is due, and those whose wait after trouble is over. */
async function* due({ deps }: Services, now: number): AsyncIterable<GrantSummary> {
  for await (const grant of deps.store.list({ state: 'failing' })) {
    if (grant.standing.state === 'failing' && grant.standing.next_attempt <= now) yield grant
  }
  yield* deps.store.list({ state: 'active', dueBefore: now })
}

/** When each account that is not paused was last used; 0: never. */
async function lastUses({ deps }: Services): Promise<Map<string, number>> {
  const rows = await deps.db.selectFrom('accounts').select(['id', 'last_used_at']).where('paused', '=', 0).execute()
  return new Map(rows.map(({ id, last_used_at }) => [id, last_used_at ?? 0]))
}

async function hostOf(id: string, { tokens }: Services): Promise<string> {
  const client = await tokens.clientOf(id).catch(() => undefined)
  const address = client?.provider.token_endpoint ?? client?.provider.issuer
  return address === undefined ? '' : new URL(address).host
}

/** A longer life than the token has left: whoever renewed it meanwhile, this process or another, is enough. */
async function renew(grant: GrantSummary, { deps, tokens }: Services): Promise<boolean> {
  const left = (grant.expires_at ?? 0) - deps.clock.now()
  try {
    await tokens.sources.get(grant.id).token({ minTtl: Math.max(0, left) + 1 })
    return true
  } catch (error) {
    if (!isOAuthError(error)) throw error
    return false
  }
}

async function fadesSoon(grant: GrantSummary, now: number): Promise<boolean> {
  const { refresh } = await providerDefinition(grant.provider)
  return refresh?.idle !== undefined && now - grant.updated_at > refresh.idle / 4
}

/** Work that goes side by side, but only so much of it for each host. */
class Lanes {
  readonly #width: number
  readonly #hosts = new Map<string, { readonly ends: Promise<void>[]; next: number }>()

  constructor(width: number) {
    this.#width = width
  }

  add(host: string, work: () => Promise<void>): void {
    const lanes = this.#hosts.get(host) ?? { ends: [], next: 0 }
    this.#hosts.set(host, lanes)
    const lane = lanes.next++ % this.#width
    lanes.ends[lane] = (lanes.ends[lane] ?? Promise.resolve()).then(work)
  }

  async done(): Promise<void> {
    await Promise.all([...this.#hosts.values()].flatMap(({ ends }) => ends))
  }
}
