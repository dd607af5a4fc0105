import { after, before } from 'node:test'
import { sealed } from '@evergrant/core'
import { type StoreUnderTest, sealedContract, storeContract } from '@evergrant/stores/contract'
import { keyring, keysFromText, newKeyText } from '@evergrant/stores/keyring'
import { postgresStore } from '@evergrant/stores/postgres'
import pg from 'pg'
import { type PostgresServer, startPostgres } from './servers/postgres.ts'

let server: PostgresServer
before(async () => {
  server = await startPostgres()
})
after(() => server.stop())

async function connected(): Promise<StoreUnderTest> {
  const url = await server.schema()
  const opened = [postgresStore(url)]
  return {
    store: opened[0] as (typeof opened)[number],
    async reopen() {
      const another = postgresStore(url)
      opened.push(another)
      return another
    },
    async close() {
      for (const store of opened) await store.close()
    },
  }
}

storeContract(connected, { name: 'the PostgreSQL store' })
sealedContract(connected, { name: 'the PostgreSQL store' })

storeContract(
  async () => {
    const pool = new pg.Pool({ connectionString: await server.schema(), max: 3 })
    return { store: postgresStore(pool, { prepared: false }), close: () => pool.end() }
  },
  { name: 'the PostgreSQL store on a pool handed in, without prepared statements' },
)

const cipher = keyring(await keysFromText(newKeyText()))
storeContract(
  async () => {
    const { store, reopen, close } = await connected()
    return { store: sealed(store, cipher), reopen: async () => sealed((await reopen?.()) ?? store, cipher), close }
  },
  { name: 'the PostgreSQL store under a seal', sealedField: false },
)
