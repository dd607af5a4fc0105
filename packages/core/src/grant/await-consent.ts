import type { AnswerBody } from '../answer/answer-body.ts'
import type { Client } from '../client/client.ts'
import type { DpopKey } from '../client/dpop-key.ts'
import { OAuthError } from '../errors.ts'
import { boundTo, keyFor } from '../protocol/bound.ts'
import { verifyIdToken } from '../protocol/id-token.ts'
import { concludeConsent } from './conclude-consent.ts'
import type { Grant } from './grant.ts'
import { type PollProgress, polled } from './poll.ts'
import type { ConsentRequest, ConsentTarget } from './record-consent.ts'

/** A consent that a person gives on another device, and for which this one asks again and again. */
export interface AwaitedConsent extends ConsentRequest {
  readonly provider: string
  readonly client_id: string
  /** Seconds between two requests. */
  readonly interval: number
  /** Epoch seconds. */
  readonly expires_at: number
}

/** How a program waits. */
export interface AwaitOptions<Pending extends AwaitedConsent> extends ConsentTarget {
  readonly pending: Pending
  /** Gives up waiting: `ABORTED`. */
  readonly signal?: AbortSignal | undefined
  /** Called after each request that brought no answer yet. */
  readonly onProgress?: ((progress: PollProgress) => void) | undefined
}

/** Waits for the person and writes the grant. `request` asks once, and proves the key where there is one. */
export async function awaitConsent<Pending extends AwaitedConsent>(
  client: Client,
  options: AwaitOptions<Pending>,
  request: (key: DpopKey | undefined) => Promise<AnswerBody>,
): Promise<Grant> {
  const { pending, signal, onProgress } = options
  await client.metadata(signal)
  const key = await keyFor(client)
  const { answer, sent } = await polled(client, { ...pending, signal, onProgress, request: () => request(key) })
  const subject = await verifyIdToken(client, answer)
  return concludeConsent(client, options, pending, { answer: boundTo(answer, key), subject, sent })
}

/** Throws `INVALID_ARGUMENT` for a consent that was begun by another client. */
export function assertBegunBy(client: Client, { client_id, provider, grant }: AwaitedConsent, what: string): void {
  if (client_id === client.client_id && provider === client.provider.id) return
  const message = `The ${what} belongs to client ${client_id} of ${provider}, not to ${client.client_id} of ${client.provider.id}.`
  throw new OAuthError('INVALID_ARGUMENT', message, { provider: client.provider.id, grant })
}

/** The interval that a provider asks for, in seconds; five when it says none, or nothing of use (RFC 8628 §3.2). */
export function intervalOf(said: unknown): number {
  const interval = Number(said ?? 5)
  return Number.isFinite(interval) && interval > 0 ? interval : 5
}
