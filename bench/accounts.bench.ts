import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Grant, grant } from '@evergrant/core'
import { main } from '@evergrant/server/main'
import { openSqlite } from '../packages/server/src/db/sqlite.ts'
import { lookAgain, takeDue } from '../packages/server/src/jobs/plan.ts'
import { median } from './table.ts'

const LIST_TIMES = 30
const PLAN_TIMES = 9

/** What a server with very many accounts in SQLite takes for a page of them, and to plan the work of a minute. */
export async function accounts(count = 100_000): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-bench-'))
  const env = {
    EVERGRANT_PORT: '0',
    EVERGRANT_DATA_DIR: folder,
    EVERGRANT_SANDBOX: 'off',
    EVERGRANT_LOG_LEVEL: 'silent',
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
    fill(join(folder, 'evergrant.db'), count, String(connection['id']))
    const times: number[] = []
    let path = '/v1/accounts?limit=100'
    for (let time = 0; time < LIST_TIMES; time++) {
      const began = performance.now()
      const { accounts: page, next } = (await get(path)) as { accounts: unknown[]; next?: string }
      times.push(performance.now() - began)
      if (page.length !== 100) throw new Error(`${page.length} accounts on a page`)
      path = `/v1/accounts?limit=100&cursor=${next}`
    }
    const rare: string[] = []
    for (const wanted of ['state=needs_consent', 'state=paused', 'sort=attention']) {
      const found: number[] = []
      for (let time = 0; time < LIST_TIMES; time++) {
        const began = performance.now()
        const { accounts: page } = (await get(`/v1/accounts?limit=100&${wanted}`)) as { accounts: unknown[] }
        found.push(performance.now() - began)
        if (page.length !== 100) throw new Error(`${page.length} accounts with ${wanted}`)
      }
      rare.push(`| the same with \`${wanted}\` | ${median(found).toFixed(1)} ms | 50 ms |`)
    }
    await made.close()
    const db = openSqlite(join(folder, 'evergrant.db'))
    const before = memory()
    const plans: number[] = []
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
      plans.push(performance.now() - began)
      const all = [...renewed]
      for (let at = 0; at < all.length; at += 1000) await lookAgain(db, new Map(all.slice(at, at + 1000)))
    }
    const grown = memory() - before
    await db.destroy()
    return [
      `## ${count.toLocaleString('en')} accounts in SQLite`,
      '',
      '| | measured | aim |',
      '| --- | ---: | ---: |',
      `| a page of 100 accounts over HTTP, median of ${LIST_TIMES} pages in a row | ${median(times).toFixed(1)} ms | 50 ms |`,
      ...rare,
      `| planning the renewals of a minute (${planned.toLocaleString('en')} accounts), median of ${PLAN_TIMES} | ${median(plans).toFixed(0)} ms | 100 ms |`,
      `| what the heap grew by over those minutes | ${(grown / 1024).toFixed(0)} KB | flat |`,
      '',
    ].join('\n')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const NOW = Math.floor(Date.now() / 1000)

/** All accounts in use, with tokens that end one after another within the hour; of 500 one has ended, and one is paused. */
function fill(file: string, count: number, connection: string): void {
  const database = new DatabaseSync(file, { timeout: 10_000 })
  const account = database.prepare(
    `INSERT INTO accounts (id, connection_id, name, paused, refreshes, last_used_at, look_at, sort_name, search_text, created_at, updated_at)
     VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, 0, 0)`,
  )
  const insert = database.prepare(
    'INSERT INTO evergrant_grants (id, version, provider, client, state, due, updated_at, record) VALUES (?, 1, ?, ?, ?, ?, ?, ?)',
  )
  database.exec('BEGIN')
  for (let n = 0; n < count; n++) {
    const id = `account-${n}`
    const name = `person${(n * 7919) % count}@example.test`
    const due = NOW + (n % 3600) + 1
    const ended = n % 500 === 1
    account.run(id, connection, name, n % 500 === 2 ? 1 : 0, NOW, ended ? null : due, name, name)
    const { provider, client, standing, updated_at, ...rest } = sample(id, due, ended)
    insert.run(
      id,
      provider,
      client,
      standing.state,
      ended ? null : due,
      updated_at,
      JSON.stringify({ ...rest, provider, client, standing, updated_at }),
    )
  }
  database.exec('COMMIT')
  database.close()
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
