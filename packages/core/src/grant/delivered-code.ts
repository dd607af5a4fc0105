import type { Client } from '../client/client.ts'
import { verifyIdToken } from '../protocol/id-token.ts'
import { concludeConsent, redeemCode } from './conclude-consent.ts'
import type { Grant } from './grant.ts'
import type { ConsentTarget } from './record-consent.ts'

/** A code that did not come by a browser. */
export interface DeliveredCode extends ConsentTarget {
  /** Id of the grant that the consent is for. */
  readonly grant: string
  readonly code: string
  /** The scope that was asked for, space separated. */
  readonly scope?: string | undefined
  readonly redirect_uri?: string | undefined
  /** What came with the code and is to be kept; regional endpoints follow from it. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Redeems a code that the provider delivered to the program itself, as by a webhook, and writes the grant as
 * `finishAuthorization` does. There is no state to compare, so whoever calls this vouches for the sender: verify the
 * delivery's signature first, or anybody could connect an account of theirs as this grant.
 *
 * Throws `CODE_REFUSED`, `CALLBACK_INVALID`, `ID_TOKEN_INVALID`, `WRONG_ACCOUNT`, and what a token request throws.
 */
export async function redeemDeliveredCode(client: Client, delivered: DeliveredCode): Promise<Grant> {
  const { grant, scope, metadata } = delivered
  await client.metadata()
  const sent = client.http.clock.now()
  const answer = await redeemCode(client, delivered)
  const subject = await verifyIdToken(client, answer)
  return concludeConsent(
    client,
    delivered,
    { grant, ...(scope === undefined ? {} : { scope }) },
    { answer, subject, sent, metadata },
  )
}
