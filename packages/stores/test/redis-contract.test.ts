import { randomUUID } from 'node:crypto'
import { after, before } from 'node:test'
import { type GrantStore, sealed } from '@evergrant/core'
import { type StoreUnderTest, sealedContract, storeContract } from '@evergrant/stores/contract'
import { keyring, keysFromText, newKeyText } from '@evergrant/stores/keyring'
import { type RedisStoreOptions, redisStore } from '@evergrant/stores/redis'
import { type RedisServer, startRedis } from './servers/redis.ts'

let server: RedisServer
before(async () => {
  server = await startRedis()
})
after(() => server.stop())

async function connected(
  options: RedisStoreOptions = {},
): Promise<StoreUnderTest & { readonly reopen: () => Promise<GrantStore> }> {
  const prefix = `{${randomUUID()}}:`
  const opened: AsyncDisposable[] = []
  const next = (): ReturnType<typeof redisStore> => {
    const store = redisStore(server.url, { ...options, prefix })
    opened.push(store)
    return store
  }
  return {
    store: next(),
    reopen: async () => next(),
    async close() {
      for (const store of opened) await store[Symbol.asyncDispose]()
    },
  }
}

storeContract(() => connected(), { name: 'the Redis store' })
sealedContract(() => connected(), { name: 'the Redis store' })
storeContract(() => connected({ ttl: 3600 }), { name: 'the Redis store whose grants live for an hour' })

storeContract(async () => ({ store: redisStore(server.client, { prefix: `{${randomUUID()}}:` }) }), {
  name: 'the Redis store on a client handed in',
})

storeContract(
  async () => {
    const client = { sendCommand: ([command = '', ...args]: string[]) => server.client.call(command, ...args) }
    return { store: redisStore(client, { prefix: `{${randomUUID()}}:` }) }
  },
  { name: 'the Redis store on a client that has sendCommand' },
)

const cipher = keyring(await keysFromText(newKeyText()))
storeContract(
  async () => {
    const { store, reopen, close } = await connected()
    return { store: sealed(store, cipher), reopen: async () => sealed(await reopen(), cipher), close }
  },
  { name: 'the Redis store under a seal', sealedField: false },
)
