import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Grant, grant } from '@evergrant/core'
import { main } from '@evergrant/server/main'
import { postgresPool } from '@evergrant/stores/postgres'
import { type Kysely, sql } from 'kysely'
import { openPostgres } from '../packages/server/src/db/postgres.ts'
import { openSqlite } from '../packages/server/src/db/sqlite.ts'
import type { Tables } from '../packages/server/src/db/tables.ts'
import { lookAgain, takeDue } from '../packages/server/src/jobs/plan.ts'
import { grantRow } from '../packages/stores/src/sql/grant-row.ts'
import { startPostgres } from '../packages/stores/test/servers/postgres.ts'
import { median } from './table.ts'

const LIST_TIMES = 30
const PLAN_TIMES = 9

/** What a server with very many accounts takes for a page of them and to count them, and to plan the work of a minute. */
export async function accounts(count = 100_000): Promise<string> {
  const inSqlite = await inDatabase(undefined, count)
  const server = await startPostgres()
  const inPostgres = await inDatabase(await server.schema(), count).finally(() => server.stop())
  const { planned, plan, grown } = inSqlite
  const lists = inSqlite.lists.map(
    ([what, took], index) =>
      `| ${what} | ${took.toFixed(1)} ms | ${inPostgres.lists[index]?.[1].toFixed(1)} ms | 50 ms |`,
  )
  return [
    `## ${count.toLocaleString('en')} accounts`,
    '',
    'Over HTTP, medians of 30. A quarter of the accounts has not been used for so long that their tokens are over.',
    '',
    '| | SQLite | PostgreSQL | aim |',
    '| --- | ---: | ---: | ---: |',
    ...lists,
    `| planning the renewals of a minute (${planned.toLocaleString('en')} accounts), median of ${PLAN_TIMES} | ${plan.toFixed(0)} ms | | 100 ms |`,
    `| what the heap grew by over those minutes | ${(grown / 1024).toFixed(0)} KB | | flat |`,
    '',
  ].join('\n')
}

/** @param postgres where the data is; undefined: in an SQLite file */
async function inDatabase(postgres: string | undefined, count: number) {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-bench-'))
  const open = async (): Promise<Kysely<Tables>> =>
    postgres === undefined ? openSqlite(join(folder, 'evergrant.db')) : openPostgres(await postgresPool(postgres))
  const env = {
    EVERGRANT_PORT: '0',
    EVERGRANT_DATA_DIR: folder,
    EVERGRANT_SANDBOX: 'off',
    EVERGRANT_LOG_LEVEL: 'silent',
    ...(postgres === undefined ? {} : { DATABASE_URL: postgres }),
  }
  try {
    // Whoever holds the first account holds the connection that all have.
    const made = await main(env, { signals: false, say: () => undefined })
    const { post, get } = await administrator(made.url, made.setupLink ?? '')
    const connection = await post('/v1/connections', {
      name: 'Bench',
      provider: 'generic',
      client_id: 'bench',
      token_endpoint: 'https://provider.example/token',
      authorization_endpoint: 'https://provider.example/authorize',
      client_secret: 'not-asked-in-this-benchmark',
    })
    const db = await open()
    await fill(db, count, String(connection['id']))
    // As the database does by itself, sooner or later.
    if (postgres !== undefined) await sql`VACUUM ANALYZE accounts, evergrant_grants`.execute(db)
    await db.destroy()
    const lists: [string, number][] = [['a page of 100 accounts, one after another', await pages(get)]]
    for (const wanted of ['state=ok', 'state=needs_consent', 'state=paused', 'sort=attention'])
      lists.push([`the first page with \`${wanted}\``, await firstPages(get, wanted)])
    lists.push(['how many are in each state', await counts(get, count)])
    await made.close()
    return { lists, ...(postgres === undefined ? await plans(await open()) : { planned: 0, plan: 0, grown: 0 }) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Get = (path: string) => Promise<Record<string, unknown>>

async function pages(get: Get): Promise<number> {
  const times: number[] = []
  let path = '/v1/accounts?limit=100'
  for (let time = 0; time < LIST_TIMES; time++) {
    const began = performance.now()
    const { accounts: page, next } = (await get(path)) as { accounts: unknown[]; next?: string }
    times.push(performance.now() - began)
    if (page.length !== 100) throw new Error(`${page.length} accounts on a page`)
    path = `/v1/accounts?limit=100&cursor=${next}`
  }
  return median(times)
}

async function firstPages(get: Get, wanted: string): Promise<number> {
  const times: number[] = []
  for (let time = 0; time < LIST_TIMES; time++) {
    const began = performance.now()
    const { accounts: page } = (await get(`/v1/accounts?limit=100&${wanted}`)) as { accounts: unknown[] }
    times.push(performance.now() - began)
    if (page.length !== 100) throw new Error(`${page.length} accounts with ${wanted}`)
  }
  return median(times)
}

async function counts(get: Get, count: number): Promise<number> {
  const times: number[] = []
  for (let time = 0; time < LIST_TIMES; time++) {
    const began = performance.now()
    const { total, states } = (await get('/v1/accounts/counts')) as { total: number; states: { ok: number } }
    times.push(performance.now() - began)
    if (total !== count || states.ok !== count - 2 * Math.ceil(count / 500))
      throw new Error(`${total} accounts, ${states.ok} of them work`)
  }
  return median(times)
}

async function plans(db: Kysely<Tables>): Promise<{ planned: number; plan: number; grown: number }> {
  const before = memory()
  const times: number[] = []
  let planned = 0
  for (let minute = 1; minute <= PLAN_TIMES; minute++) {
    const began = performance.now()
    planned = 0
    const renewed = new Map<string, number>()
    for (;;) {
      const taken = await takeDue(db, NOW + minute * 60, 1000)
      planned += taken.length
      for (const { id } of taken) renewed.set(id, NOW + 3600 + minute * 60)
      if (taken.length < 1000) break
    }
    times.push(performance.now() - began)
    const all = [...renewed]
    for (let at = 0; at < all.length; at += 1000) await lookAgain(db, new Map(all.slice(at, at + 1000)))
  }
  const grown = memory() - before
  await db.destroy()
  return { planned, plan: median(times), grown }
}

const NOW = Math.floor(Date.now() / 1000)

/**
 * Accounts with tokens that end one after another within the hour; of four one is not used, and its token is over; of 500 one
 * has ended, and one is paused.
 */
async function fill(db: Kysely<Tables>, count: number, connection: string): Promise<void> {
  await db.transaction().execute(async (db) => {
    for (let from = 0; from < count; from += 500) {
      const part = Array.from({ length: Math.min(500, count - from) }, (_, index) => from + index).map((n) => {
        const ended = n % 500 === 1
        const paused = n % 500 === 2
        const unused = n % 4 === 3
        const due = unused ? NOW - 5000 : NOW + (n % 3600) + 1
        const name = `person${(n * 7919) % count}@example.test`
        const account = {
          id: `account-${n}`,
          connection_id: connection,
          name,
          sort_name: name,
          search_text: name,
          paused: Number(paused),
          refreshes: 0,
          last_used_at: unused ? null : NOW,
          look_at: ended || unused ? null : due,
          told: ended ? 'consent/ended_by_provider' : paused ? 'paused' : 'working',
          created_at: 0,
          updated_at: 0,
        }
        return { account, of: grantRow(sample(account.id, due, ended)) }
      })
      await db
        .insertInto('accounts')
        .values(part.map(({ account }) => account))
        .execute()
      const rows = part.map(({ of: { id, version, provider, client, state, due, updated_at, record } }) => {
        return sql`(${id}, ${version}, ${provider}, ${client}, ${state}, ${due}, ${updated_at}, ${record})`
      })
      await sql`INSERT INTO evergrant_grants (id, version, provider, client, state, due, updated_at, record)
        VALUES ${sql.join(rows)}`.execute(db)
    }
  })
}

function sample(id: string, due: number, ended: boolean): Grant {
  const access = { '': { access_token: '', token_type: 'Bearer', expires_at: due + 300, refresh_at: due, raw: {} } }
  const standing = ended
    ? ({ state: 'revoked', since: NOW - 1000, reason: 'invalid_grant' } as const)
    : ({ state: 'active', since: NOW - 1000 } as const)
  const sealed = 's'.repeat(1600)
  const of = { id, provider: 'generic', client: 'bench', refresh_token: '', access, standing, sealed }
  return grant({ ...of, updated_at: NOW - 3000, version: 1 })
}

async function administrator(url: string, setupLink: string) {
  const cookies: string[] = []
  const call = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const response = await fetch(url + path, {
      method,
      // A connection would have been closed for idleness while the accounts were made.
      headers: {
        'content-type': 'application/json',
        'x-evergrant': '1',
        cookie: cookies.join('; '),
        connection: 'close',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
    cookies.push(...response.headers.getSetCookie().map((line) => line.split(';')[0] ?? ''))
    return (await response.json()) as Record<string, unknown>
  }
  const token = new URL(setupLink).hash.slice('#token='.length)
  await call('POST', '/v1/setup', { token, name: 'Ada', password: 'correct horse battery' })
  return {
    post: (path: string, body: object) => call('POST', path, body),
    get: (path: string) => call('GET', path),
  }
}

function memory(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
