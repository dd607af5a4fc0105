import { isInvalidGrant } from '../answer/refusal.ts'
import type { SpoiltAnswer, TokenAnswer } from '../answer/token-answer.ts'
import type { Client } from '../client/client.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { abilities } from '../provider/abilities.ts'
import type { Stored } from '../store/store.ts'
import { begun, versionAfter } from '../store/version.ts'
import type { AccessToken } from './access-token.ts'
import { assertLease, type Engine } from './engine.ts'
import { type GivenBy, givenBy, isFromElsewhere, otherClient } from './given-by.ts'
import { type Grant, grant, summary, tokenOf } from './grant.ts'
import type { HostTurns, Turn } from './host-turns.ts'
import { LeaseWatch } from './lease-watch.ts'
import { contradicted, MOST_LOST, record, stillSealed, storeError } from './record.ts'
import { consentRequired, notFound, notYet, programError } from './refusals.ts'
import { failing, marked, renewed, revoked, spoiled } from './transitions.ts'
import type { UnsavedSlot } from './unsaved.ts'
import { fresh, usable, type Wish } from './wish.ts'

/** Who renews, and where it keeps what the store does not take. */
export interface Renewer {
  /** Unique per token source, so that two of them respect each other's marks. */
  readonly owner: () => string
  readonly slot: UnsavedSlot
}

/**
 * Brings a grant with a token for the wish: from the store if it has one, else from the provider.
 *
 * Invariants. A refresh token is spent only under a mark that was written expecting the version it was read at, and
 * that is still young when the request leaves. What a spend brings is written before anyone gets it. A record is
 * never replaced by what an older one led to.
 */
export async function renew(engine: Engine, id: string, wished: Wish, { owner, slot }: Renewer): Promise<Grant> {
  const { store, clock, flow } = engine
  let client: Client | undefined
  let watch: LeaseWatch | undefined
  let wish = wished
  let unsent: number | undefined
  for (let round = 0, lost = 0; lost < MOST_LOST; round++) {
    const stored = await flushed(engine, id, slot)
    if (stored?.sealed !== undefined) throw stillSealed(id)
    const now = clock.now()
    if (stored === undefined) client ??= await engine.client(id)
    let current = stored ?? unborn(engine, client, id, now)
    // Forced: any token that is not the one held when the call began is new enough.
    if (round === 0 && wish.force)
      wish = { ...wish, rejected: wish.rejected ?? tokenOf(current, wish.key)?.access_token }
    if (fresh(current, wish, now, engine.clockSkew) !== undefined) return current
    const valid = usable(current, wish, now, engine.clockSkew)
    if (flow.spends && (current.standing.state === 'revoked' || current.refresh_token === undefined)) {
      if (valid !== undefined) return current
      throw consentRequired(current)
    }
    if (tooEarly(current, now) && !wish.force) {
      if (valid !== undefined) return current
      throw notYet(current, now)
    }
    client ??= await engine.client(id)
    assertLease(engine.lease, client)
    if (
      current.client !== client.client_id ||
      current.provider !== client.provider.id ||
      isFromElsewhere(current, client)
    ) {
      if (flow.spends && valid !== undefined) return current
      if (flow.spends) throw otherClient(current, client)
      current = grant({ ...current, client: client.client_id, provider: client.provider.id, access: {} })
    }
    let token_endpoint = client.provider.token_endpoint
    try {
      await flow.prepare?.(client)
      // Known by now; a flow of the program's own that prepares nothing may do without metadata.
      if (flow.prepare !== undefined) ({ token_endpoint } = await client.metadata())
    } catch (error) {
      // Nothing was asked and nothing is marked: a mistake in the program is no news about the grant.
      if (!isOAuthError(error)) throw error
      const failure = error.forGrant(id)
      // A mark of another process is not ours to lift.
      if (current.spending !== undefined) {
        if (valid !== undefined) return current
        throw failure
      }
      const served = await afterFailure(engine, current, wish, failure)
      if (served !== undefined) return served
      lost++
      continue
    }
    if (flow.spends && isFromElsewhere(current, client, token_endpoint)) {
      if (valid !== undefined) return current
      throw otherClient(current, client, token_endpoint)
    }
    if (!wish.force && isEarly(client, usable(current, { ...wish, minTtl: 0 }, now, engine.clockSkew), now))
      return current
    const lease = engine.lease ?? client.http.deadline + 10
    watch ??= new LeaseWatch(clock, lease, store.processes)
    if (current.spending !== undefined && current.spending.by !== owner() && watch.holds(current)) {
      if (wish.background) return current
      await watch.pause(engine.random())
      continue
    }
    const turn = engine.hosts && (await turnOf(engine.hosts, client, id, wish.force ? undefined : valid))
    if (turn === 'not now') return current
    try {
      const age = ageOf(engine)
      const from = givenBy(client, token_endpoint)
      if (needsNoMark(engine, current)) {
        const got = await spend(engine, client, { mine: current, before: current, from }, wish, slot, turn)
        if (got !== undefined) return got
        lost++
        continue
      }
      // A mark of ours that no request followed leaves no doubt behind.
      const clean = current.version === unsent ? unmarked(current) : current
      const before = clean.spending === undefined ? clean : undefined
      const ours = marked(clean, owner(), clock.now(), store.processes?.own)
      const mark = await write(() => putAgain(store, ours, current.version), id)
      if (!mark.ok) {
        lost++
        continue
      }
      await engine.reach('afterMark')
      // We were paused for long: others may soon take our mark for a dead process's. Mark again before spending.
      if (age() > Math.max(0.25, (lease - client.http.deadline) / 2)) {
        unsent = mark.grant.version
        // Slow rounds take long, so there are fewer of them.
        lost += 10
        continue
      }
      const spent = await spend(engine, client, { mine: mark.grant, before, from }, wish, slot, turn)
      if (spent !== undefined) return spent
      lost++
    } finally {
      turn?.leave()
    }
  }
  throw contradicted(id)
}

/**
 * A mark keeps others from spending the same refresh token, and tells other processes to wait for one request. Where the
 * request uses nothing up and no other process is there, it says nothing to anybody.
 */
function needsNoMark({ flow, store }: Engine, { spending }: Grant): boolean {
  return !flow.spends && store.traits.local === true && spending === undefined
}

/** The turn at the provider's host. While the host is left alone: nothing, if there is a valid token to go on with. */
async function turnOf(
  hosts: HostTurns,
  client: Client,
  id: string,
  valid: AccessToken | undefined,
): Promise<Turn | 'not now'> {
  try {
    return await hosts.turn(client)
  } catch (error) {
    if (valid !== undefined) return 'not now'
    throw isOAuthError(error) ? error.forGrant(id) : error
  }
}

/** Whether the provider would refuse to renew this token yet: then it is the best there is, however long it lives. */
function isEarly({ provider }: Client, held: AccessToken | undefined, now: number): boolean {
  const early = provider.refresh?.early
  return early !== undefined && held?.expires_at !== undefined && held.expires_at - now > early
}

function unmarked({ spending: _, ...rest }: Grant): Grant {
  return grant(rest)
}

/** Seconds since now: by the clock that never jumps, or by the wall clock, which also counts a suspended machine. */
function ageOf({ clock }: Engine): () => number {
  const [steady, wall] = [clock.monotonic(), clock.now()]
  return () => Math.max(clock.monotonic() - steady, clock.now() - wall)
}

/** A record with our mark, and what it was before, unless a spend of somebody else had been cut off there. */
interface Marked {
  readonly mine: Grant
  readonly before: Grant | undefined
  /** Which server is asked. */
  readonly from: GivenBy
}

/** One spend under our mark. Undefined: another process was first, or it is worth another try; look again. */
async function spend(
  engine: Engine,
  client: Client,
  { mine, before, from }: Marked,
  wish: Wish,
  slot: UnsavedSlot,
  turn: Turn | undefined,
): Promise<Grant | undefined> {
  const { clock, flow } = engine
  const sent = clock.now()
  const started = clock.monotonic()
  let answer: TokenAnswer | SpoiltAnswer | undefined
  try {
    answer = await flow.request({ client, grant: mine, resource: wish.resource, scope: wish.scope })
  } catch (error) {
    turn?.failed(error)
    if (!isOAuthError(error)) return afterMistake(engine, mine, wish, error)
    const refused = error.forGrant(mine.id)
    const { refresh, [abilities]: own } = client.provider
    const failure = own?.endedInTesting(refused, before ?? mine, refresh, clock.now()) ?? refused
    const healthy = flow.spends && before?.standing.state === 'active' && before.in_doubt === undefined
    if (!healthy) return afterFailure(engine, mine, wish, failure)
    const { rotation, grace = 0 } = refresh ?? {}
    const now = clock.now()
    // For its grace the provider answers the same refresh token again; later it would not.
    if (isLost(failure) && now - sent < grace) return afterFailure(engine, mine, wish, failure, true)
    const unsure = rotation === 'never' && isInvalidGrant(failure) && now - before.updated_at < HEALTHY
    return afterFailure(engine, mine, wish, unsure ? unconfirmed(failure) : failure)
  }
  if (answer === undefined) throw consentRequired(mine)
  // Nothing that can fail or wait stands between the answer and its record.
  await engine.reach('afterAnswer')
  const now = clock.now()
  const rules = client.provider.refresh
  const next =
    'spoilt' in answer
      ? spoiled(mine, answer, now, engine.random())
      : renewed(mine, answer, { key: wish.key, sent, now, given_by: from, rules, random: engine.random() })
  const outcome = await record(engine, slot, { grant: begun(next), expected: mine.version, spent: mine.refresh_token })
  if (outcome.state === 'lost') {
    if (outcome.current === undefined) throw notFound(mine.id, 'It was deleted while it was being refreshed.')
    return undefined
  }
  turn?.answered()
  await engine.reach('afterWrite')
  const { grant: written } = outcome
  if ('spoilt' in answer) {
    const error = answer.spoilt.forGrant(mine.id)
    const ended = written.standing.state === 'revoked'
    engine.emit(() => ({ type: ended ? 'consent_required' : 'refresh_failed', grant: summary(written), error }))
    if (!wish.force && usable(written, wish, now, engine.clockSkew) !== undefined) return written
    throw error
  }
  engine.emit(() => ({ type: 'refreshed', grant: summary(written), seconds: clock.monotonic() - started }))
  const { thrown } = answer
  if (thrown === undefined) return written
  engine.emit(() => ({ type: 'refresh_failed', grant: summary(written), error: programError(thrown, mine) }))
  throw thrown
}

/** Seconds for which a success vouches for a grant, and after which a doubtful end of it is asked about again. */
const HEALTHY = 3600
const CONFIRM_AFTER = 30

/** Whether the request left and nothing that could be read came back. */
function isLost(error: OAuthError): boolean {
  return error.class === 'transient' && error.outcome === 'unknown' && (error.status ?? 0) < 300
}

/**
 * The first word that a grant has ended which worked within the hour: providers err, and a person's consent is dear. It
 * counts when it is heard again. Only for refresh tokens that are not used up: for others a second use proves nothing.
 */
function unconfirmed(error: OAuthError): OAuthError {
  const message = `${error.message} (it worked within the hour, so it is asked about once more)`
  return new OAuthError('PROVIDER_UNAVAILABLE', message, {
    ...error,
    cause: error,
    retryAfter: CONFIRM_AFTER,
    guidance: undefined,
  })
}

/** Records that a function of the program threw, which may have been after the request left; then it is thrown on. */
async function afterMistake(engine: Engine, mine: Grant, wish: Wish, error: unknown): Promise<Grant | undefined> {
  const failure = programError(error, mine)
  try {
    return await afterFailure(engine, mine, wish, failure)
  } catch (thrown) {
    throw thrown === failure ? error : thrown
  }
}

/** Writes what a failed spend taught, then serves the valid token, or throws, or lets it be tried `again` at once. */
async function afterFailure(
  engine: Engine,
  mine: Grant,
  wish: Wish,
  error: OAuthError,
  again = false,
): Promise<Grant | undefined> {
  const now = engine.clock.now()
  const ended = engine.flow.spends && isInvalidGrant(error)
  // What one caller asked for beside the grant's own scope says nothing about the grant: no back-off for the others.
  const own = !ended && wish.key !== '' && error.code === 'TOKEN_REQUEST_REFUSED'
  const next = ended ? revoked(mine, error, now) : own ? unmarked(mine) : failing(mine, error, now, engine.random())
  let stored: Awaited<ReturnType<Engine['store']['put']>>
  try {
    stored = await engine.store.put(begun(next), mine.version)
  } catch {
    // Our mark stays; we may pass it at once, others when the lease is over. The provider's word is what counts here.
    throw ended ? consentRequired(next, error) : error
  }
  // Somebody wrote meanwhile: if that brought a newer token, it is the answer; if not, the failure is met again.
  if (!stored.ok) {
    if (ended) await doubted(engine, mine, stored.current)
    return undefined
  }
  if (own) throw error
  engine.emit(() => ({ type: ended ? 'consent_required' : 'refresh_failed', grant: summary(stored.grant), error }))
  if (again) return undefined
  if (!wish.force && usable(stored.grant, wish, now, engine.clockSkew) !== undefined) return stored.grant
  throw ended ? consentRequired(stored.grant, error) : error
}

/**
 * Ours came late, and another process had spent the same refresh token: a provider that takes the second use for theft
 * has ended the successor too. Nobody did that but us, so the end is told as such if it comes.
 */
async function doubted({ store, clock }: Engine, mine: Grant, current: Grant | undefined): Promise<void> {
  if (current === undefined || current.refresh_token === mine.refresh_token) return
  if (current.standing.state === 'revoked' || current.in_doubt !== undefined) return
  // Whoever writes at the same moment knows more than this.
  await store.put(grant({ ...current, in_doubt: clock.now() }), current.version).catch(() => undefined)
}

/** The record as it is now; what the store did not take before is written first. */
async function flushed(engine: Engine, id: string, slot: UnsavedSlot): Promise<Grant | undefined> {
  const unsaved = slot.get()
  if (unsaved === undefined) return await write(() => engine.store.get(id), id)
  const stored = await record(engine, slot, unsaved)
  if (stored.state !== 'lost') {
    if (stored.state === 'written') engine.emit(() => ({ type: 'persisted', grant: summary(stored.grant) }))
    return stored.grant
  }
  return write(() => engine.store.get(id), id)
}

/** A flow that needs no person begins with nothing in the store; others need a consent first. */
function unborn(engine: Engine, client: Client | undefined, id: string, now: number): Grant {
  if (engine.flow.spends || client === undefined) throw notFound(id, 'Nobody has connected it yet.')
  const standing = { state: 'active', since: now } as const
  return grant({
    id,
    provider: client.provider.id,
    client: client.client_id,
    access: {},
    standing,
    updated_at: now,
    version: 0,
  })
}

/** No back-off lasts longer than a day: one that seems to was recorded before the machine's clock was set back. */
function tooEarly({ standing }: Grant, now: number): boolean {
  return standing.state === 'failing' && now < standing.next_attempt && standing.next_attempt - now <= 86_400
}

/**
 * A put that may have been carried out although it failed is looked for: a mark of ours that we do not know of would
 * keep other processes waiting for nothing, and look like a spend that was cut off.
 */
async function putAgain(store: Engine['store'], mark: Grant, expected: number): Promise<Stored> {
  const next = begun(mark)
  try {
    return await store.put(next, expected)
  } catch (error) {
    const current = await store.get(next.id).catch(() => undefined)
    const { spending } = next
    const written =
      spending !== undefined &&
      current?.version === versionAfter(next, expected) &&
      current.spending?.by === spending.by
    if (current === undefined || !written) throw error
    return { ok: true, grant: current }
  }
}

async function write<T>(work: () => Promise<T>, id: string): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw storeError(error, id)
  }
}
