import { type EngineOptions, engine } from './engine.ts'
import { GrantTokenSource } from './grant-token-source.ts'
import { hostLimits } from './host-limits.ts'
import type { HostTurns } from './host-turns.ts'
import type { TokenSource } from './token-source.ts'

/** The token sources of many grants on one store. */
export interface TokenSources {
  /** The token source of a grant; the same object for the same id. Makes no request. */
  get(grantId: string): TokenSource
  /** Drops a grant's source from memory, unless it is at work. The record stays. */
  evict(grantId: string): void
  /** Forgets all tokens in memory: the next calls read the store. For news from other processes that were missed. */
  forgetAll(): void
  /** Waits for requests under way and writes what is not written yet. Rejects if the store still does not take it. */
  close(): Promise<void>
}

/** What {@link tokenSources} works with. */
export interface TokenSourcesOptions extends Omit<EngineOptions, 'hosts'> {
  /** Limits for token requests by host. Default `hostLimits()`: 16 at a time, and a host in trouble is left alone. */
  readonly hosts?: HostTurns | false | undefined
}

/**
 * One engine for many grants: a server, a job, a program with several accounts.
 *
 * @example
 * ```ts
 * import { type Client, memoryStore, tokenSources } from '@evergrant/core'
 *
 * async function call(clients: Map<string, Client>, account: string): Promise<Response> {
 *   const sources = tokenSources({
 *     store: memoryStore(),
 *     client: (id) => clients.get(id) ?? Promise.reject(new Error(`no client for ${id}`)),
 *   })
 *   return sources.get(account).fetch('https://api.example/me')
 * }
 * ```
 */
export function tokenSources(options: TokenSourcesOptions): TokenSources {
  const { hosts, ...rest } = options
  const { clock, random } = engine(rest)
  const limits = hosts === false ? undefined : (hosts ?? hostLimits({ clock, random }))
  const shared = engine({ ...rest, hosts: limits })
  const sources = new Map<string, GrantTokenSource>()
  return {
    get(grantId) {
      let source = sources.get(grantId)
      if (source === undefined) {
        source = new GrantTokenSource(shared, grantId)
        sources.set(grantId, source)
      }
      return source
    },
    evict(grantId) {
      const source = sources.get(grantId)
      if (source?.busy) source.forget()
      else sources.delete(grantId)
    },
    forgetAll() {
      for (const source of sources.values()) source.forget()
    },
    async close() {
      const settled = await Promise.allSettled(
        [...sources.values()].filter((source) => source.busy).map((source) => source.settle()),
      )
      const failed = settled.find((one) => one.status === 'rejected')
      if (failed !== undefined) throw failed.reason
    },
  }
}

/**
 * The token source of one grant.
 *
 * @example
 * ```ts
 * import { type Client, type GrantStore, tokenSource } from '@evergrant/core'
 *
 * async function read(client: Client, store: GrantStore): Promise<Response> {
 *   const source = tokenSource('alice', { client, store })
 *   return source.fetch('https://api.example/me')
 * }
 * ```
 */
export function tokenSource(grantId: string, options: EngineOptions): TokenSource {
  return new GrantTokenSource(engine(options), grantId)
}
