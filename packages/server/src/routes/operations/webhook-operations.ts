import { webhookEvents, webhookMessage } from '../../contract/index.ts'

/** Standard Webhooks 1.0.0. */
const HEADERS = {
  'webhook-id': 'The id of the event: the same for each attempt, so that a receiver knows what it has already.',
  'webhook-timestamp': 'When this attempt was made, in epoch seconds.',
  'webhook-signature':
    'One signature for each secret that counts, with spaces between them: `v1,` and HMAC-SHA256 over id, timestamp and body, in base64.',
} as const

/** The messages that receivers of events get, as operations of OpenAPI 3.1 (`webhooks`). */
export function webhookOperations(): Record<string, unknown> {
  return Object.fromEntries(
    (Object.keys(webhookEvents) as (keyof typeof webhookEvents)[]).map((type) => [type, { post: operation(type) }]),
  )
}

function operation(type: keyof typeof webhookEvents) {
  return {
    summary: webhookEvents[type].when,
    tags: ['webhooks'],
    security: [],
    parameters: Object.entries(HEADERS).map(([name, description]) => ({
      name,
      in: 'header',
      required: true,
      description,
      schema: { type: 'string' },
    })),
    requestBody: { required: true, content: { 'application/json': { schema: webhookMessage(type) } } },
    responses: {
      '2XX': { description: 'It was taken.' },
      '410': { description: 'The receiver wants no more, ever: its webhook is switched off.' },
      default: { description: 'It is sent again, later and later, for about three days.' },
    },
  }
}
