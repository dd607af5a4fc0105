import {
  type GrantQuery,
  type GrantStore,
  type GrantSummary,
  grant,
  OAuthError,
  type Stored,
  versionAfter,
} from '@evergrant/core'
import { assertWanted, whileWanted } from './given-up.ts'
import { assertStorable } from './record-text.ts'
import { commandsOf, type OwnConnection, openConnection, type RedisClient, type Send } from './redis/client.ts'
import { redisFailure } from './redis/failure.ts'
import { GrantKeys } from './redis/grant-keys.ts'
import { doubts } from './redis/server-settings.ts'

export type { RedisClient } from './redis/client.ts'

/** Choices of a {@link redisStore}. */
export interface RedisStoreOptions {
  /**
   * What the keys begin with. Default `{evergrant}:`; the braces keep all of them on one node of a cluster, which the
   * scripts need.
   */
  readonly prefix?: string | undefined
  /** Seconds after its last write that a grant is removed. Default: never. */
  readonly ttl?: number | undefined
  /**
   * Whether the server confirms nothing that a crash can lose (`appendonly yes`, `appendfsync always`); becomes
   * `traits.durable`. Default false, as a server does not, unless it is told to.
   */
  readonly durable?: boolean | undefined
  /** Hears, once, that the server's settings may lose grants. */
  readonly onWarning?: ((message: string) => void) | undefined
  /** Seconds after which a call ends with `STORE_UNAVAILABLE`. Default 10. A client that is handed in has its own. */
  readonly deadline?: number | undefined
}

/** A {@link GrantStore} in Redis or Valkey. */
export interface RedisStore extends GrantStore, AsyncDisposable {
  /** Closes the store's connection, unless the client was handed in. Later calls fail with `STORE_UNAVAILABLE`. */
  close(): Promise<void>
}

/**
 * Keeps grants in Redis or Valkey: for many machines that have one.
 *
 * Give a URL, and the package `ioredis` is loaded by the first call; or give a connected client of `ioredis` or of
 * `redis`, which stays the application's. Every put is one script, and so is atomic.
 *
 * What a put has written survives a crash of the server only as far as the server is told to: see `durable`. With
 * replicas, what the primary confirmed just before a fail-over may be lost whatever its settings are; a refresh token
 * that is lost is a person who has to consent again.
 *
 * Fails with `STORE_CORRUPT`, `STORE_READ_ONLY` (a replica, or a user without the right), `STORE_UNAVAILABLE` or
 * `ABORTED`. When a connection breaks during a put, nobody knows whether it was written: the `STORE_UNAVAILABLE` says
 * so, and the record, read again, tells. `NOT_SUPPORTED`: `ioredis` is not installed.
 *
 * @example
 * ```ts
 * import { type Client, tokenSources } from '@evergrant/core'
 * import { redisStore } from '@evergrant/stores/redis'
 *
 * async function read(client: Client): Promise<Response> {
 *   await using store = redisStore('redis://localhost')
 *   return await tokenSources({ client, store }).get('alice').fetch('https://api.example/me')
 * }
 * ```
 */
export function redisStore(server: string | RedisClient, options: RedisStoreOptions = {}): RedisStore {
  const { prefix = '{evergrant}:', ttl = 0, durable = false, onWarning, deadline = 10 } = options
  let own: OwnConnection | undefined
  let opening: Promise<GrantKeys> | undefined
  let closed = false

  const connect = async (): Promise<Send> => {
    if (typeof server !== 'string') return commandsOf(server)
    own ??= await openConnection(server, deadline)
    if (!closed) return own.send
    await own.close()
    throw isClosed()
  }

  const open = async (): Promise<GrantKeys> => {
    const send = await connect()
    if (onWarning !== undefined) for (const doubt of await doubts(send, durable)) onWarning(doubt)
    return new GrantKeys(send, prefix, ttl)
  }

  const work = async <T>(doing: 'read' | 'write', task: (on: GrantKeys) => Promise<T>): Promise<T> => {
    if (closed) throw isClosed()
    opening ??= open()
    let on: GrantKeys
    try {
      on = await opening
    } catch (error) {
      opening = undefined
      throw redisFailure(error, 'read')
    }
    try {
      return await task(on)
    } catch (error) {
      throw redisFailure(error, doing)
    }
  }

  const close = async (): Promise<void> => {
    if (closed) return
    closed = true
    await own?.close()
  }

  return {
    traits: { durable, cas: 'native', list: true },
    async get(id, given) {
      assertWanted(given?.signal)
      return whileWanted(
        work('read', (on) => on.find(id)),
        given?.signal,
      )
    },
    async put(next, expected, given): Promise<Stored> {
      assertWanted(given?.signal)
      assertStorable(next.id)
      const after = grant({ ...next, version: versionAfter(next, expected) })
      const outcome = await work('write', (on) => on.swap(after, expected))
      return outcome === 'written' ? { ok: true, grant: after } : { ok: false, current: outcome }
    },
    async delete(id, given) {
      assertWanted(given?.signal)
      await work('write', (on) => on.remove(id))
    },
    async *list(query: GrantQuery = {}, given): AsyncIterable<GrantSummary> {
      assertWanted(given?.signal)
      let left = query.limit ?? Number.POSITIVE_INFINITY
      if (left <= 0) return
      const parts = (await work('read', async (on) => on.parts(query)))[Symbol.asyncIterator]()
      for (;;) {
        const part = await whileWanted(
          work('read', () => parts.next()),
          given?.signal,
        )
        if (part.done) return
        for (const one of part.value) {
          yield one
          if (--left <= 0) return
        }
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function isClosed(): OAuthError {
  return new OAuthError('STORE_UNAVAILABLE', 'The Redis store is closed.')
}
