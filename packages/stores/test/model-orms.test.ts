import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { sealedContract, storeContract } from '@evergrant/stores/contract'
import { type GrantModel, type GrantRow, modelStore } from '@evergrant/stores/model'
import pg from 'pg'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { type PostgresServer, startPostgres } from './servers/postgres.ts'

// The models of docs/stores/model.md, to the letter, with the ORMs themselves on a PostgreSQL server. Kysely is always
// here. The others are too large to install for everyone: name a folder that has them with EVERGRANT_ORMS, as
// CONTRIBUTING.md says; without it their tests are skipped.
const folders = [join(import.meta.dirname, '..'), process.env['EVERGRANT_ORMS'] ?? '']
const page = await readFile(join(import.meta.dirname, '../../../docs/stores/model.md'), 'utf8')

/** What an ORM's example refers to, and its end. */
interface Opened {
  readonly names: Readonly<Record<string, unknown>>
  close(): Promise<unknown>
}

type Open = (pool: pg.Pool, schema: string) => Promise<Opened>

/** The shapes are the ORMs' own; what they are worth is seen by running them. */
// biome-ignore lint/suspicious/noExplicitAny: the packages may be missing, and their types with them.
type Orm = any

const orms: Readonly<Record<string, { readonly needs: readonly string[]; readonly open: Open }>> = {
  Kysely: {
    needs: ['kysely'],
    async open(pool) {
      const { Kysely, PostgresDialect }: Orm = await load('kysely')
      return { names: { db: new Kysely({ dialect: new PostgresDialect({ pool }) }) }, close: async () => undefined }
    },
  },
  Drizzle: {
    needs: ['drizzle-orm'],
    async open(pool) {
      const [{ and, eq }, { drizzle }, { integer, pgTable, text }]: Orm = await Promise.all(
        ['drizzle-orm', 'drizzle-orm/node-postgres', 'drizzle-orm/pg-core'].map(load),
      )
      const columns = { oauthToken: text('oauth_token'), oauthVersion: integer('oauth_version').notNull().default(0) }
      const users = pgTable('users', { id: text('id').primaryKey(), ...columns })
      return { names: { db: drizzle(pool), users, and, eq }, close: async () => undefined }
    },
  },
  TypeORM: {
    needs: ['typeorm'],
    async open(pool, schema) {
      const { DataSource, EntitySchema }: Orm = await load('typeorm')
      const User = new EntitySchema({
        name: 'User',
        tableName: 'users',
        columns: {
          id: { type: 'text', primary: true },
          oauthToken: { type: 'text', nullable: true, name: 'oauth_token' },
          oauthVersion: { type: 'int', default: 0, name: 'oauth_version' },
        },
      })
      const { host, user, database } = new pg.Client({ connectionString: String(pool.options.connectionString) })
      const source = new DataSource({ type: 'postgres', host, username: user, database, schema, entities: [User] })
      await source.initialize()
      return { names: { repository: source.getRepository('User') }, close: () => source.destroy() }
    },
  },
  Prisma: {
    needs: ['@prisma/adapter-pg', './generated/client.ts'],
    async open(pool, schema) {
      const [{ PrismaPg }, { PrismaClient }]: Orm = await Promise.all(
        ['@prisma/adapter-pg', './generated/client.ts'].map(load),
      )
      const connectionString = String(pool.options.connectionString)
      const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString }, { schema }) })
      return { names: { prisma }, close: () => prisma.$disconnect() }
    },
  },
}

function fileOf(name: string): string | undefined {
  for (const folder of folders.filter((one) => one !== '')) {
    try {
      return createRequire(join(folder, 'index.js')).resolve(name)
    } catch {
      // Not in this one.
    }
  }
  return undefined
}

const load = (name: string): Promise<unknown> => import(pathToFileURL(fileOf(name) ?? name).href)

/** PostgreSQL's texts hold every character but this one, which no key of an application has. */
const asText = (id: string): string => id.replaceAll('\0', '\u2400')

let starting: Promise<PostgresServer> | undefined
after(async () => {
  const server = await starting
  if (server === undefined) return
  // Pools end before their connections do, and a connection that the server ends is an error of nobody's.
  const watch = new pg.Client({ connectionString: await server.schema() })
  await watch.connect()
  const others = `SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name = ''
    AND pid <> pg_backend_pid() AND query NOT LIKE 'CREATE SCHEMA%'`
  for (let tries = 0; tries < 250 && (await watch.query(others)).rowCount !== 0; tries++)
    await new Promise((resolve) => setTimeout(resolve, 20))
  await watch.end()
  await server.stop()
})

/** An application's table in a schema of its own, and the store on it by the model of the documentation. */
async function application(name: string, open: Open) {
  starting ??= startPostgres()
  const connectionString = await (await starting).schema()
  const schema = /search_path%3D(\w+)/.exec(connectionString)?.[1] ?? ''
  const pool = new pg.Pool({ connectionString, max: 10 })
  await pool.query(`CREATE TABLE users (id text PRIMARY KEY, name text, oauth_token text,
    oauth_version integer NOT NULL DEFAULT 0)`)
  const opened: Opened[] = []
  const [, code = ''] = new RegExp(`With ${name}:\n\n\`\`\`js\n(.*?)\`\`\``, 's').exec(page) ?? []
  assert.notEqual(code, '', `docs/stores/model.md has no example with ${name}`)
  const model = async (): Promise<GrantModel> => {
    const one = await open(pool, schema)
    opened.push(one)
    return new Function(...Object.keys(one.names), `${code}\nreturn model`)(...Object.values(one.names))
  }
  return {
    pool,
    model,
    async [Symbol.asyncDispose]() {
      for (const one of opened) await one.close()
      await pool.end()
    },
  }
}

for (const [name, { needs, open }] of Object.entries(orms)) {
  const missing = needs.filter((one) => fileOf(one) === undefined)
  if (missing.length > 0) {
    test(`[#113] the model of the documentation with ${name}`, { skip: `not installed: ${missing.join(', ')}` })
    continue
  }

  // The application of this one makes its rows; the contracts know no ids beforehand, so there they are made as needed.
  const make = async () => {
    const app = await application(name, open)
    const growing = async (): Promise<ReturnType<typeof modelStore>> => {
      const { read, update } = await app.model()
      return modelStore({
        read: (id) => read(asText(id)),
        update: (id, fields, expected) => update(asText(id), fields, expected),
        async insert(id, { token, version }) {
          const text = 'INSERT INTO users (id, oauth_token, oauth_version) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING'
          return (await app.pool.query(text, [asText(id), token, version])).rowCount ?? 0
        },
        async rows() {
          const text = 'SELECT id, oauth_token AS token, oauth_version AS version FROM users WHERE oauth_version > 0'
          const { rows } = await app.pool.query<GrantRow>(text)
          return rows.map((row) => ({ ...row, id: row.id.replaceAll('\u2400', '\0') }))
        },
      })
    }
    return { store: await growing(), reopen: growing, close: async () => app[Symbol.asyncDispose]() }
  }
  storeContract(make, { name: `the model store with ${name}, as documented,` })
  sealedContract(make, { name: `the model store with ${name}, as documented,` })

  test(`[#113] the model of the documentation with ${name} updates a row that is there, and adds none`, async () => {
    await using app = await application(name, open)
    await app.pool.query("INSERT INTO users (id, name) VALUES ('alice', 'Alice')")
    const store = modelStore(await app.model())
    for (let version = 0; version < 3; version++)
      assert.ok((await store.put(sampleGrant('alice', { refresh_token: `r${version}` }), version)).ok)
    assert.equal((await store.put(sampleGrant('alice'), 1)).ok, false)
    await assert.rejects(store.put(sampleGrant('bob'), 0), { code: 'INVALID_ARGUMENT' })
    const { rows } = await app.pool.query('SELECT id, name, oauth_version FROM users')
    assert.deepEqual(rows, [{ id: 'alice', name: 'Alice', oauth_version: 3 }])
    await store.delete('alice')
    assert.equal(await store.get('alice'), undefined)
  })
}
