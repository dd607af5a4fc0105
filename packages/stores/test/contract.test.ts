import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type GrantStore, memoryStore, sealed } from '@evergrant/core'
import { type StoreUnderTest, sealedContract, storeContract } from '@evergrant/stores/contract'
import { envStore } from '@evergrant/stores/env'
import { fileStore } from '@evergrant/stores/file'
import { keyring, keysFromText, newKeyText } from '@evergrant/stores/keyring'
import { type SqliteStore, sqliteStore } from '@evergrant/stores/sqlite'

async function inFolder(open: (folder: string) => GrantStore | SqliteStore): Promise<StoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-'))
  const opened: (GrantStore | SqliteStore)[] = []
  const next = (): GrantStore => {
    const store = open(folder)
    opened.push(store)
    return store
  }
  return {
    store: next(),
    reopen: async () => next(),
    async close() {
      for (const store of opened) if ('close' in store) await store.close()
      await rm(folder, { recursive: true })
    },
  }
}

storeContract(async () => ({ store: memoryStore() }), { name: 'the memory store' })
storeContract(async () => ({ store: envStore({ name: 'UNSET', env: {} }) }), { name: 'the environment store' })
storeContract(() => inFolder((folder) => fileStore(join(folder, 'grants.json'))), { name: 'the file store' })
storeContract(() => inFolder((folder) => sqliteStore(join(folder, 'grants.db'))), { name: 'the SQLite store' })

storeContract(
  async () => {
    const database = new DatabaseSync(':memory:')
    return { store: sqliteStore(database), close: async () => database.close() }
  },
  { name: 'the SQLite store in a database handed in' },
)

const cipher = keyring(await keysFromText(newKeyText()))
for (const [name, open] of [
  ['file', (folder: string) => fileStore(join(folder, 'grants.json'))],
  ['SQLite', (folder: string) => sqliteStore(join(folder, 'grants.db'))],
] as const) {
  const make = (): Promise<StoreUnderTest> => inFolder((folder) => sealed(open(folder), cipher))
  storeContract(make, { name: `the ${name} store under a seal`, sealedField: false })
  sealedContract(() => inFolder(open), { name: `the ${name} store` })
}

sealedContract(async () => ({ store: memoryStore() }), { name: 'the memory store' })
