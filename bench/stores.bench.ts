import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Grant, type GrantStore, grant } from '@evergrant/core'
import { postgresStore } from '@evergrant/stores/postgres'
import { sqliteStore } from '@evergrant/stores/sqlite'
import pg from 'pg'
import { startPostgres } from '../packages/stores/test/servers/postgres.ts'
import { median, ratioTable } from './table.ts'

const GETS = 4_000
const ROUNDS = 7

/**
 * Reading one grant among very many. The floor is the same prepared statement through the same driver, and its text
 * parsed; figures are 99th percentiles, medians of several rounds in which the contenders take turns.
 */
export async function stores(grants = 1_000_000): Promise<string> {
  const tables = [await sqlite(grants), await postgres(grants)]
  return [`## One grant among ${grants.toLocaleString('en')}`, '', ...tables].join('\n')
}

async function sqlite(grants: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-bench-'))
  const database = new DatabaseSync(join(folder, 'grants.db'))
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    const store = sqliteStore(database)
    await store.get('grant-0')
    const insert = database.prepare(
      'INSERT INTO evergrant_grants (id, version, provider, client, state, due, updated_at, record) VALUES (?, 1, ?, ?, ?, ?, ?, ?)',
    )
    for (let n = 0; n < grants; n++) {
      // In parts, so that the write-ahead log does not grow to the size of all.
      if (n % 10_000 === 0) database.exec(n === 0 ? 'BEGIN' : 'COMMIT; BEGIN')
      const one = sample(n)
      const { id, provider, client, standing, updated_at, access } = one
      const due = access['']?.expires_at ?? null
      insert.run(id, provider, client, standing.state, due, updated_at, JSON.stringify(one))
    }
    database.exec('COMMIT')
    const find = database.prepare('SELECT record FROM evergrant_grants WHERE id = :id')
    const bare = async (id: string): Promise<unknown> => JSON.parse(String(find.get({ id })?.['record']))
    return await compared('SQLite', grants, bare, store)
  } finally {
    database.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function postgres(grants: number): Promise<string> {
  const server = await startPostgres()
  const pool = new pg.Pool({ connectionString: await server.schema(), max: 1 })
  try {
    const store = postgresStore(pool)
    await store.get('grant-0')
    for (let from = 0; from < grants; from += 5_000) await insertMany(pool, from, Math.min(grants, from + 5_000))
    await pool.query('VACUUM ANALYZE evergrant_grants')
    const text = 'SELECT record FROM evergrant_grants WHERE id = $1'
    const bare = async (id: string): Promise<unknown> => {
      const { rows } = await pool.query({ name: 'bare', text, values: [id] })
      return JSON.parse(rows[0].record)
    }
    return await compared('PostgreSQL, over a local socket', grants, bare, store)
  } finally {
    await pool.end()
    await server.stop()
  }
}

async function insertMany(pool: pg.Pool, from: number, to: number): Promise<void> {
  const part = Array.from({ length: to - from }, (_, n) => sample(from + n))
  await pool.query({
    text: `INSERT INTO evergrant_grants
      SELECT id, 1, 'acme', 'my-program', 'active', due, 0, record
      FROM unnest($1::text[], $2::float8[], $3::text[]) AS given (id, due, record)`,
    values: [
      part.map(({ id }) => id),
      part.map(({ access }) => access['']?.expires_at),
      part.map((one) => JSON.stringify(one)),
    ],
  })
}

async function compared(
  title: string,
  grants: number,
  bare: (id: string) => Promise<unknown>,
  store: GrantStore,
): Promise<string> {
  const contenders = [bare, (id: string) => store.get(id)]
  const figures: [number[], number[]] = [[], []]
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, call] of contenders.entries()) {
      const figure = await p99(call, grants, round)
      if (round > 0) figures[index]?.push(figure)
    }
  }
  const [floor, own] = figures.map(median)
  return ratioTable(title, 'µs, p99', [
    { name: 'floor: the bare prepared statement, parsed', figure: floor ?? 0 },
    { name: '**evergrant** `store.get(id)`', figure: own ?? 0, note: 'checked, frozen and printing no token' },
  ])
}

/** Microseconds that 99 of 100 reads stay below, one after another, of ids that no page cache likes. */
async function p99(call: (id: string) => Promise<unknown>, grants: number, seed: number): Promise<number> {
  const taken: number[] = []
  for (let n = 0; n < GETS; n++) {
    const id = `grant-${((n + seed * GETS) * 7919) % grants}`
    const started = performance.now()
    await call(id)
    taken.push((performance.now() - started) * 1000)
  }
  return taken.sort((a, b) => a - b)[Math.floor(GETS * 0.99)] ?? 0
}

function sample(n: number): Grant {
  const token = { access_token: 'x'.repeat(800), token_type: 'Bearer', expires_at: 1_800_000_000 + n, raw: {} }
  return grant({
    id: `grant-${n}`,
    provider: 'acme',
    client: 'my-program',
    refresh_token: 'y'.repeat(400),
    requested_scope: 'mail.read offline_access',
    access: { '': token },
    standing: { state: 'active', since: 1_700_000_000 },
    updated_at: 1_700_000_000,
    version: 1,
  })
}
