import type { Client } from '../client/client.ts'

/** Who may trouble a provider's host, and when: the value of `hostLimits()`. */
export interface HostTurns {
  /** Resolves when a token request of this client may be made; rejects when its host is to be left alone. */
  turn(client: Client): Promise<Turn>
}

/** The permission to make one token request. */
export interface Turn {
  /** The provider answered well. Gives the turn back. */
  answered(): void
  /** The request failed. Gives the turn back. */
  failed(error: unknown): void
  /** Gives the turn back, if it was not yet: there was no request. */
  leave(): void
}
