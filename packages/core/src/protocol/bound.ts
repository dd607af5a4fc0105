import type { TokenAnswer } from '../answer/token-answer.ts'
import type { Client } from '../client/client.ts'
import type { DpopKey } from '../client/dpop-key.ts'
import type { Grant } from '../grant/grant.ts'

/** The key to prove with: the grant's own, a new one for a first token, none for a client of bearer tokens. */
export async function keyFor(client: Client, of?: Pick<Grant, 'dpop_key' | 'access'>): Promise<DpopKey | undefined> {
  const stored = of?.dpop_key ?? Object.values(of?.access ?? {}).find(({ dpop_key }) => dpop_key)?.dpop_key
  return client.dpop?.key(stored, client.registration)
}

/** The answer with the key that was proven with it, for the record. */
export function boundTo(answer: TokenAnswer, key: DpopKey | undefined): TokenAnswer {
  return key === undefined ? answer : { ...answer, dpop_key: key.jwk }
}
