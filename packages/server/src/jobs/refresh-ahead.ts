import { isOAuthError } from '@evergrant/core'
import { providerDefinition } from '@evergrant/providers'
import type { Services } from '../services.ts'
import { Lanes } from './lanes.ts'
import { isInUse, nextLook } from './next-look.ts'
import { lookAgain, type Planned, takeDue } from './plan.ts'

/** Requests to one token host at a time. */
const PER_HOST = 4
/** Accounts taken at a time. */
const PART = 1000
/** Renewals begun in one round; the rest come in the next. */
const MOST_IN_ROUND = 1000

/**
 * Renews tokens before programs ask for them: those of accounts in use when they are due, the others often enough that
 * the provider does not end them for lack of use (a quarter of its limit). Grants in trouble are tried again when their
 * wait is over. What comes of it is the engine's to record, and says when to look again. Returns how many were renewed.
 */
export async function refreshAhead(services: Services, signal: AbortSignal): Promise<number> {
  const { deps, tokens } = services
  const lanes = new Lanes(PER_HOST)
  const hosts = new Map<string, string>()
  const unbegun = new Set<string>()
  let renewed = 0
  let begun = 0
  while (begun < MOST_IN_ROUND && !signal.aborted) {
    const now = deps.clock.now()
    const taken = await takeDue(deps.db, now, PART)
    const looks = new Map<string, number | null>()
    for (const planned of taken) {
      const at = nextLook({ ...planned, idle: await idleLimit(planned) }, now)
      if (at === null || at > now) {
        looks.set(planned.id, at)
        continue
      }
      begun++
      unbegun.add(planned.id)
      const host = hosts.get(planned.connection) ?? (await hostOf(planned.id, services))
      hosts.set(planned.connection, host)
      lanes.add(host, async () => {
        if (signal.aborted) return
        unbegun.delete(planned.id)
        if (await renew(planned, services)) renewed++
        if (!isInUse(planned.lastUsed, now)) tokens.sources.evict(planned.id)
      })
    }
    await lookAgain(deps.db, looks)
    if (taken.length < PART) break
  }
  await lanes.done()
  // Somebody else begins them at once.
  await lookAgain(deps.db, new Map([...unbegun].map((id) => [id, 0])))
  return renewed
}

async function idleLimit({ provider }: Planned): Promise<number | undefined> {
  return (await providerDefinition(provider)).refresh?.idle
}

async function hostOf(id: string, { tokens }: Services): Promise<string> {
  const client = await tokens.clientOf(id).catch(() => undefined)
  const address = client?.provider.token_endpoint ?? client?.provider.issuer
  return address === undefined ? '' : new URL(address).host
}

/** A longer life than the token has left: whoever renewed it meanwhile, this process or another, is enough. */
async function renew({ id, expiresAt }: Planned, { deps, tokens }: Services): Promise<boolean> {
  const left = (expiresAt ?? 0) - deps.clock.now()
  try {
    await tokens.sources.get(id).token({ minTtl: Math.max(0, left) + 1 })
    return true
  } catch (error) {
    if (!isOAuthError(error)) throw error
    return false
  }
}
