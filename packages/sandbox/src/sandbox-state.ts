import type { JWK } from 'jose'
import type { AccessToken } from './access-tokens.ts'
import type { Engine } from './engine.ts'
import type { StoredFamilies } from './refresh-families.ts'
import type { SandboxUser } from './users.ts'

/** What a sandbox has to remember to honour its grants after a restart. JSON-safe; holds tokens and private keys. */
export interface SandboxState {
  readonly refresh: StoredFamilies
  readonly accessTokens: readonly AccessToken[]
  readonly users: readonly SandboxUser[]
  readonly keys: readonly JWK[]
}

/** Where a sandbox keeps its state. */
export interface SandboxStateKeeper {
  /** Asked once, when the sandbox is made; undefined when nothing was kept so far. */
  load(): SandboxState | undefined
  /**
   * Called whenever a grant has changed, with everything there is, before the answer leaves: so a client never holds a
   * token that the sandbox would not know after a crash. Calls may overlap; the last one has the newest state. When it
   * fails, the client is answered 500.
   */
  save(state: SandboxState): void | Promise<void>
}

export async function dumpState({ families, accessTokens, users, keys, clock }: Engine): Promise<SandboxState> {
  // Keys first: they are the only part that is awaited, and the rest must be of one moment.
  const signing = await keys.dump()
  return { refresh: families.dump(), accessTokens: accessTokens.dump(clock.now()), users: users.list(), keys: signing }
}

export function loadState({ families, accessTokens, users, keys }: Engine, state: SandboxState): void {
  for (const user of state.users) users.add(user)
  families.load(state.refresh)
  accessTokens.load(state.accessTokens)
  keys.load(state.keys)
}
