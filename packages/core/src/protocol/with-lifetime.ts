import type { TokenAnswer } from '../answer/token-answer.ts'
import type { Client } from '../client/client.ts'
import type { Flow } from './flow.ts'

/**
 * How long a token lives whose provider does not say: so many seconds, or what a function finds out (by introspection,
 * from the token, from documentation). Undefined means unknown: it is then used until an API refuses it.
 */
export type LifetimePolicy =
  | number
  | ((answer: TokenAnswer, client: Client) => number | undefined | Promise<number | undefined>)

/**
 * The same flow with a policy for answers without `expires_in` (RFC 6749 §5.1 only recommends it). Without this, the
 * provider definition's `refresh.access_lifetime` counts, and without that the token is used until it is refused.
 * A policy that fails leaves the lifetime unknown: a token that was issued is never lost over it.
 */
export function withLifetime(flow: Flow, policy: LifetimePolicy): Flow {
  return {
    ...flow,
    async request(wanted) {
      const answer = await flow.request(wanted)
      if (answer === undefined || 'spoilt' in answer || answer.expires_in !== undefined) return answer
      const expires_in = await lifetimeOf(policy, answer, wanted.client)
      return expires_in === undefined || !(expires_in > 0) ? answer : { ...answer, expires_in }
    },
  }
}

async function lifetimeOf(policy: LifetimePolicy, answer: TokenAnswer, client: Client): Promise<number | undefined> {
  if (typeof policy === 'number') return policy
  try {
    return await policy(answer, client)
  } catch {
    return undefined
  }
}
