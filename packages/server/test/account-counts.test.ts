import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Grant, grant, predictedEnd, summary } from '@evergrant/core'
import { sql } from 'kysely'
import { grantRow } from '../../stores/src/sql/grant-row.ts'
import type { Account, AccountCounts } from '../src/contract/index.ts'
import type { Browser } from './support/browser.ts'
import { Scene } from './support/scene.ts'

/** More than are looked at one by one. */
const MANY = 2_300
const DAY = 86_400
const STATES = [
  'ok',
  'new',
  'awaiting_consent',
  'checking',
  'delayed',
  'degraded',
  'needs_consent',
  'blocked_by_admin',
  'connection_error',
  'paused',
] as const
const FLAGS = ['awaiting_consent', 'expiring_soon', 'look_up_failed'] as const
const NEEDING = ['needs_consent', 'blocked_by_admin', 'connection_error']

for (const seed of [1, 2]) {
  test(`however accounts are doing, they are counted and listed as each of them says itself, now and later: ${seed}`, async () => {
    await using scene = await Scene.begin()
    const admin = await scene.admin()
    await fill(scene, admin, seed)
    const seen = new Set<string>()
    for (const later of [0, 400, 3 * DAY]) {
      scene.clock.advance(later)
      const all = await listed(admin, 'sort=name')
      assert.equal(all.length, MANY)
      const { json: counts } = await admin.get('/v1/accounts/counts')
      assert.deepEqual(counts, countsOf(all))
      for (const state of STATES) {
        const those = all.filter((account) => account.state === state)
        if (those.length > 0) seen.add(state)
        assert.deepEqual(await idsOf(admin, `state=${state}`), ids(those), state)
      }
      for (const flag of FLAGS) {
        const flagged = all.filter(has(flag))
        if (flagged.length > 0) seen.add(flag)
        assert.deepEqual(await idsOf(admin, `flag=${flag}`), ids(flagged), flag)
        const working = flagged.filter(({ state }) => state === 'ok')
        assert.deepEqual(await idsOf(admin, `flag=${flag}&state=ok`), ids(working), `${flag}, and works`)
      }
      const some = all.filter(({ state }) => ['ok', 'new', 'connection_error'].includes(state))
      assert.deepEqual(await idsOf(admin, 'state=ok,new,connection_error'), ids(some))
      const inOrder = [...some.filter(needing), ...some.filter((account) => !needing(account))]
      assert.deepEqual(await idsOf(admin, 'state=ok,new,connection_error&sort=attention'), ids(inOrder))
      const { json } = await admin.get('/v1/connections')
      for (const { id, accounts } of json.connections) {
        const its = all.filter(({ connection }) => connection.id === id)
        const ok = its.filter(({ state }) => state === 'ok')
        assert.deepEqual(accounts, { total: its.length, ok: ok.length }, id)
        const { json: counted } = await admin.get(`/v1/accounts/counts?connection=${id}`)
        assert.deepEqual(counted, countsOf(its), id)
      }
    }
    assert.deepEqual(
      [...STATES.filter((state) => state !== 'checking'), 'expiring_soon', 'look_up_failed'].filter(
        (of) => !seen.has(of),
      ),
      [],
      'all of them were there',
    )
  })
}

const has =
  (flag: (typeof FLAGS)[number]) =>
  (account: Account): boolean =>
    account[flag] !== undefined
const needing = ({ state }: Account): boolean => NEEDING.includes(state)
const ids = (accounts: readonly Account[]): string[] => accounts.map(({ id }) => id)
const idsOf = async (browser: Browser, query: string): Promise<string[]> => ids(await listed(browser, query))

/** All pages. */
async function listed(browser: Browser, query: string): Promise<Account[]> {
  const found: Account[] = []
  for (let cursor = ''; ; ) {
    const { status, json, text } = await browser.get(`/v1/accounts?limit=500&${query}${cursor}`)
    assert.equal(status, 200, text)
    found.push(...json.accounts)
    if (json.next === undefined) return found
    cursor = `&cursor=${json.next}`
  }
}

function countsOf(accounts: readonly Account[]): AccountCounts {
  const many = (is: (account: Account) => boolean): number => accounts.filter(is).length
  const states = STATES.map((name) => [name, many(({ state }) => state === name)])
  const flags = FLAGS.map((name) => [name, many(has(name))])
  return { total: accounts.length, states: Object.fromEntries(states), flags: Object.fromEntries(flags) }
}

/** The same numbers for the same seed (xorshift32). */
function chances(seed: number): (one: number) => boolean {
  let state = seed * 2_654_435_761 || 1
  return (one) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % one === 0
  }
}

const guidances = [
  undefined,
  { class: 'consent', who: 'person', advice: 'Connect it again.' },
  { class: 'consent', who: 'administrator', advice: 'Ask.' },
  { class: 'configuration', who: 'administrator', advice: 'Look at the settings.' },
] as const
const failures = ['PROVIDER_UNAVAILABLE', 'STORE_UNAVAILABLE', 'INVALID_CLIENT', 'TOKEN_REQUEST_REFUSED'] as const

/** Accounts of which most work, and any two things may be the matter with the others at once. */
async function fill(scene: Scene, admin: Browser, seed: number): Promise<void> {
  const now = scene.clock.now()
  const rarely = chances(seed)
  const one = <T>(of: readonly [T, ...T[]], chance = 2): T => of.find(() => rarely(chance)) ?? of[0]
  const connections = [
    await connectionAt(admin, {}),
    await connectionAt(admin, { client_id: 'two' }),
    await connectionAt(admin, { first_client_id: null }),
    await connectionAt(admin, { trouble: JSON.stringify({ code: 'INVALID_CLIENT', message: 'No.', at: now }) }),
  ] as const
  await using db = Object.assign(await scene.tables(), { [Symbol.asyncDispose]: () => db.destroy() })
  for (const { id, change } of connections)
    if (Object.keys(change).length > 0) await db.updateTable('connections').set(change).where('id', '=', id).execute()
  const [sound, changed, unknown, refused] = connections.map(({ id }) => id)
  assert.ok(sound && changed && unknown && refused)
  for (let at = 0; at < MANY; at += 100) {
    const numbers = Array.from({ length: 100 }, (_, index) => at + index)
    const homes = numbers.map(() => one([sound, changed, unknown, refused], 3))
    const grants = numbers.flatMap((n, index) => {
      // One of a connection whose client nobody has changed is of that client.
      const either = homes[index] === changed || homes[index] === unknown
      return rarely(12) ? [] : [grantOf(`a${n}`, either && rarely(3) ? 'two' : 'one', now, rarely, one)]
    })
    const accounts = numbers.map((n, index) => accountOf(n, now, grants, homes[index] ?? sound, rarely, one))
    await db.insertInto('accounts').values(accounts).execute()
    const pending = numbers.flatMap((n) => {
      const of = { state_hash: `s${n}`, browser_hash: '', connection_id: sound, account_id: `a${n}`, pending: '' }
      return rarely(15) ? [{ ...of, created_at: now, expires_at: now + one([-5, 300, 600]) }] : []
    })
    if (pending.length > 0) await db.insertInto('pending_authorizations').values(pending).execute()
    // One is of no account at all, as those of people who sign in.
    const rows = [...grants, grantOf(`signed-in-${at}`, 'one', now, rarely, one)].map((of) => {
      const { id, version, provider, client, state, due, updated_at, record } = grantRow(of)
      return sql`(${id}, ${version}, ${provider}, ${client}, ${state}, ${due}, ${updated_at}, ${record})`
    })
    await sql`INSERT INTO evergrant_grants (id, version, provider, client, state, due, updated_at, record)
      VALUES ${sql.join(rows)}`.execute(db)
  }
}

async function connectionAt(admin: Browser, change: Readonly<Record<string, string | null>>) {
  const { status, json, text } = await admin.post('/v1/connections', {
    name: 'A connection',
    provider: 'generic',
    client_id: 'one',
    client_secret: 'not asked here',
    token_endpoint: 'https://provider.example/token',
    authorization_endpoint: 'https://provider.example/authorize',
  })
  assert.equal(status, 201, text)
  return { id: json.id as string, change }
}

type Rarely = (one: number) => boolean
type OneOf = <T>(of: readonly [T, ...T[]], chance?: number) => T

function accountOf(n: number, now: number, grants: readonly Grant[], connection: string, rarely: Rarely, one: OneOf) {
  const name = `p${String((n * 7919) % MANY).padStart(5, '0')}`
  const code = one(['ACCESS_DENIED', 'CODE_REFUSED', 'AUTHORIZATION_REFUSED', 'INVALID_CLIENT'])
  const error = rarely(2) ? 'admin_policy_enforced' : 'access_denied'
  const trouble = { code, error, message: 'No.', at: now - 150, guidance: one(guidances) }
  const held = grants.find(({ id }) => id === `a${n}`)
  // As the server keeps it: to the day, of grants that renew themselves; of others what was foretold once may be left.
  const end = held?.refresh_token === undefined ? undefined : predictedEnd(summary(held), {})
  const foretold = end === undefined ? null : Math.floor(end.at / DAY) * DAY
  return {
    id: `a${n}`,
    connection_id: connection,
    name,
    sort_name: name,
    search_text: name,
    paused: Number(rarely(20)),
    unconfirmed: Number(rarely(30)),
    look_up_failed: Number(held?.look_up_failed !== undefined),
    consent_trouble: rarely(10) ? JSON.stringify(trouble) : null,
    ends_at: held === undefined || held.standing.state === 'revoked' ? one([null, now + DAY], 5) : foretold,
    look_at: null,
    refreshes: 0,
    created_at: 0,
    updated_at: 0,
  }
}

function grantOf(id: string, client: string, now: number, rarely: Rarely, one: OneOf): Grant {
  const end = now + one([1000, 200, -10, 0])
  const times = rarely(10) ? {} : { expires_at: end, ...(rarely(2) ? {} : { refresh_at: end - 150 }) }
  const trouble = { code: one(failures), message: 'It did not work.', guidance: one(guidances, 3) }
  const failing = { since: now - 100, failures: 2, next_attempt: now + 10 * DAY, trouble } as const
  const reason = one(['invalid_grant', 'refresh_interrupted', 'wrong_account', 'revoked_here'] as const)
  const revoked = { state: 'revoked', since: now - one([100, 200]), reason } as const
  return grant({
    id,
    provider: 'generic',
    client,
    ...(rarely(4) ? {} : { refresh_token: '' }),
    ...(rarely(10) ? { refresh_expires_at: now + one([5, 16, 40]) * DAY } : {}),
    ...(rarely(30) ? { look_up_failed: { at: now, trouble: { code: failures[0], message: 'No.' } } } : {}),
    access: { '': { access_token: '', token_type: 'Bearer', raw: {}, ...times } },
    standing: rarely(12) ? { state: 'failing', ...failing } : rarely(12) ? revoked : { state: 'active', since: 0 },
    sealed: 'sealed',
    updated_at: now - 300,
    version: 1,
  } as Grant)
}
