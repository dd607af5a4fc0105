import { createHmac, randomBytes } from 'node:crypto'

const PREFIX = 'whsec_'

/** A secret as Standard Webhooks writes it: 256 random bits in base64, after a prefix by which it is recognised. */
export function newWebhookSecret(): string {
  return PREFIX + randomBytes(32).toString('base64')
}

/** What is signed: a message with the moment at which it is sent, in epoch seconds. */
export interface Signed {
  readonly id: string
  readonly timestamp: number
  readonly body: string
}

/**
 * The headers by which a receiver knows a message of ours, as Standard Webhooks 1.0.0 has them: HMAC-SHA256 over id,
 * timestamp and body. With two secrets there are two signatures, and a receiver that knows either is content.
 */
export function signatureHeaders({ id, timestamp, body }: Signed, secrets: readonly string[]): Record<string, string> {
  const moment = Math.floor(timestamp)
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${moment}.${body}`).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': String(moment), 'webhook-signature': signatures.join(' ') }
}
