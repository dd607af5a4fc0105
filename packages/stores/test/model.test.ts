import assert from 'node:assert/strict'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { type AccessToken, grant } from '@evergrant/core'
import { sealedContract, storeContract } from '@evergrant/stores/contract'
import { type GrantModel, modelStore } from '@evergrant/stores/model'
import { Kysely, SqliteDialect } from 'kysely'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { folder } from './folder.ts'

interface Tables {
  users: { id: string; name: string | null; oauth_token: string | null; oauth_version: number }
}

/** An application's own table, reached through its own ORM. */
function application(path = ':memory:'): { database: DatabaseSync; db: Kysely<Tables> } {
  const database = new DatabaseSync(path, { timeout: 5000 })
  database.exec(`CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, name TEXT,
    oauth_token TEXT, oauth_version INTEGER NOT NULL DEFAULT 0)`)
  const dialect = new SqliteDialect({
    database: {
      close: () => database.close(),
      prepare: (sql) => {
        const statement = database.prepare(sql)
        const values = (given: readonly unknown[]): SQLInputValue[] => given as SQLInputValue[]
        return {
          // Kysely asks whether a statement brings rows; node:sqlite does not say so by itself.
          reader: statement.columns().length > 0,
          all: (given) => statement.all(...values(given)),
          run: (given) => statement.run(...values(given)),
          iterate: (given) => statement.iterate(...values(given)),
        }
      },
    },
  })
  return { database, db: new Kysely<Tables>({ dialect }) }
}

function userModel(db: Kysely<Tables>): GrantModel {
  return {
    read: (id) =>
      db
        .selectFrom('users')
        .select(['oauth_token as token', 'oauth_version as version'])
        .where('id', '=', id)
        .executeTakeFirst(),
    async update(id, { token, version }, expected) {
      const { numUpdatedRows } = await db
        .updateTable('users')
        .set({ oauth_token: token, oauth_version: Number(version) })
        .where('id', '=', id)
        .where('oauth_version', '=', expected)
        .executeTakeFirst()
      return numUpdatedRows
    },
  }
}

/** The same for a table in which a row is made for each grant. */
function growingModel(db: Kysely<Tables>): GrantModel {
  return {
    ...userModel(db),
    async insert(id, { token, version }) {
      const { numInsertedOrUpdatedRows = 0n } = await db
        .insertInto('users')
        .values({ id, name: null, oauth_token: token, oauth_version: Number(version) })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return numInsertedOrUpdatedRows
    },
    rows: () =>
      db
        .selectFrom('users')
        .select(['id', 'oauth_token as token', 'oauth_version as version'])
        .where('oauth_version', '>', 0)
        .execute(),
  }
}

const make = async () => {
  const temp = await folder()
  const opened = [application(temp.at('app.db'))]
  const next = (): ReturnType<typeof modelStore> => {
    const app = application(temp.at('app.db'))
    opened.push(app)
    return modelStore(growingModel(app.db))
  }
  return {
    store: next(),
    reopen: async () => next(),
    async close() {
      for (const { database } of opened) database.close()
      await temp[Symbol.asyncDispose]()
    },
  }
}

storeContract(make, { name: 'the model store on Kysely' })
sealedContract(make, { name: 'the model store on Kysely' })

const tokenOf = (access_token: string): AccessToken => ({ access_token, token_type: 'Bearer', raw: {} })

async function withAlice(): Promise<{ store: ReturnType<typeof modelStore>; database: DatabaseSync }> {
  const { database, db } = application()
  database.exec(`INSERT INTO users (id, name) VALUES ('alice', 'Alice')`)
  return { store: modelStore(userModel(db)), database }
}

test('[#113] a row of the application’s own keeps the grant; no write adds another', async () => {
  const { store, database } = await withAlice()
  assert.deepEqual(store.traits, { durable: true, cas: 'native', list: false })
  assert.equal(await store.get('alice'), undefined)
  for (let version = 0; version < 5; version++)
    assert.ok((await store.put(sampleGrant('alice', { refresh_token: `r${version}` }), version)).ok)
  const rows = database.prepare('SELECT * FROM users').all()
  assert.equal(rows.length, 1)
  assert.deepEqual([rows[0]?.['name'], rows[0]?.['oauth_version']], ['Alice', 5])
  assert.equal((await store.get('alice'))?.refresh_token, 'r4')
})

test('[#113] a delete empties the columns and leaves the row', async () => {
  const { store, database } = await withAlice()
  await store.put(sampleGrant('alice'), 0)
  await store.delete('alice')
  await store.delete('nobody')
  const row = database.prepare('SELECT * FROM users').get()
  assert.deepEqual({ ...row }, { id: 'alice', name: 'Alice', oauth_token: null, oauth_version: 0 })
  assert.ok((await store.put(sampleGrant('alice'), 0)).ok)
})

test('a grant without a row is refused in words, when the application makes the rows', async () => {
  const { store } = await withAlice()
  await assert.rejects(store.put(sampleGrant('bob'), 0), { code: 'INVALID_ARGUMENT', message: /no row "bob"/ })
  assert.deepEqual(await store.put(sampleGrant('bob'), 3), { ok: false, current: undefined })
  assert.equal(await store.get('bob'), undefined)
})

test('columns that somebody else wrote are named and not written over', async () => {
  const { store, database } = await withAlice()
  for (const [token, version] of [
    ['{"refresh_token":"very-secret', 1],
    ['not a grant', 1],
    [null, 4],
    [JSON.stringify(grant({ ...sampleGrant('alice'), version: 1 })), 2],
  ] as const) {
    database.prepare('UPDATE users SET oauth_token = ?, oauth_version = ?').run(token, version)
    await assert.rejects(store.get('alice'), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'STORE_CORRUPT')
      assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /very-secret/)
      return true
    })
    await assert.rejects(store.put(sampleGrant('alice'), 9), { code: 'STORE_CORRUPT' })
    assert.equal(database.prepare('SELECT oauth_token AS token FROM users').get()?.['token'], token)
  }
})

for (const [what, wrapped] of [
  ['its own words', (said: Error) => said],
  ['the query and its parameters', (said: Error) => new Error(`Failed query: … ${said.message}`, { cause: said })],
] as const) {
  test(`an ORM whose error repeats ${what} gives no token away`, async () => {
    const model: GrantModel = {
      read: async () => ({ token: null, version: 0 }),
      update: async (_, { token }) => {
        const said = Object.assign(new Error(`invalid input: ${token} and ${JSON.stringify(token)}`), {
          code: '22P02',
          detail: `Failing row contains (alice, ${token})`,
        })
        throw wrapped(said)
      },
    }
    const next = sampleGrant('alice', { refresh_token: 'very"-secret', access: { '': tokenOf('very-secret-too') } })
    const failed = await modelStore(model)
      .put(next, 0)
      .catch((error: unknown) => error)
    const shown = inspect(failed, { depth: 20, showHidden: true, maxStringLength: null })
    assert.match(shown, /STORE_UNAVAILABLE/)
    assert.match(shown, /"alice" could not be written: invalid input/)
    assert.match(shown, /22P02/)
    assert.doesNotMatch(shown, /very|-secret/)
  })
}

test('a model whose updates never match is told, instead of asked for ever', async () => {
  const store = modelStore({ read: async () => ({ token: null, version: 0 }), update: async () => 0 })
  await assert.rejects(store.put(sampleGrant('a'), 0), { code: 'STORE_UNAVAILABLE', message: /not updated/ })
})
