import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PostgresServer, startPostgres } from '../packages/stores/test/servers/postgres.ts'
import { type RedisServer, startRedis } from '../packages/stores/test/servers/redis.ts'

/** The stores that several processes can share. */
export const sharedStores = ['file', 'sqlite', 'postgres', 'redis'] as const
export type SharedStore = (typeof sharedStores)[number]

/** Where a store keeps its grants: empty, and of one scene alone. */
export interface Place extends AsyncDisposable {
  /** For `openStore`. */
  readonly url: string
  /** What lies there besides the grants by now, which should be nothing. */
  readonly folder: string
}

/** Makes places; the database servers that they need are started once, with the first one. */
export class Places {
  #postgres: Promise<PostgresServer> | undefined
  #redis: Promise<RedisServer> | undefined

  async make(kind: SharedStore): Promise<Place> {
    const folder = await mkdtemp(join(tmpdir(), 'evergrant-crash-'))
    const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
    const url = await this.#address(kind, folder).catch(async (error: unknown) => {
      await remove()
      throw error
    })
    return { url, folder, [Symbol.asyncDispose]: remove }
  }

  /** Ends the servers. One that did not start has said so to whoever asked for it. */
  async close(): Promise<void> {
    for (const server of await Promise.allSettled([this.#postgres, this.#redis]))
      if (server.status === 'fulfilled') await server.value?.stop()
  }

  async #address(kind: SharedStore, folder: string): Promise<string> {
    switch (kind) {
      case 'file':
        return `file:${join(folder, 'grants.json')}`
      case 'sqlite':
        return `sqlite:${join(folder, 'grants.db')}`
      case 'postgres': {
        this.#postgres ??= startPostgres()
        return (await this.#postgres).schema()
      }
      case 'redis': {
        this.#redis ??= startRedis('--appendonly', 'yes', '--appendfsync', 'always')
        return `${(await this.#redis).url}?prefix={${randomUUID()}}:`
      }
    }
  }
}
