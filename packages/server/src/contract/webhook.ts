import { type Static, type TSchema, Type } from 'typebox'
import { AccountReason, AccountState } from './account.ts'
import { AffectedAccounts } from './notice.ts'
import { Who } from './problem.ts'
import { Spoken } from './spoken.ts'
import { EpochSeconds, WholeEpochSeconds } from './time.ts'

/** What happens that programs may want to hear of. */
const HAPPENS = [
  Type.Literal('account.connected'),
  Type.Literal('account.needs_consent'),
  Type.Literal('account.unavailable'),
  Type.Literal('account.paused'),
  Type.Literal('account.restored'),
  Type.Literal('account.removed'),
  Type.Literal('connection.broken'),
  Type.Literal('connection.restored'),
  Type.Literal('connection.secret_expiring'),
  Type.Literal('connection.removed'),
] as const

/** Types of events. `webhook.test` comes only when somebody asks for it. */
export const WebhookEventType = Type.Union([...HAPPENS, Type.Literal('webhook.test')])
export type WebhookEventType = Static<typeof WebhookEventType>

const ConnectionInEvent = Type.Object({ id: Type.String(), name: Type.String(), provider: Type.String() })

/** `data` of the events whose type begins with `account.`. Never a token. */
export const AccountEventData = Type.Object(
  {
    account: Type.Object({
      id: Type.String(),
      name: Type.String(),
      connection: ConnectionInEvent,
      owner: Type.Optional(Type.String({ description: 'Id of the user whose account it is.' })),
      state: Type.Optional(AccountState),
      reason: Type.Optional(AccountReason),
      who: Type.Optional(Who),
    }),
    url: Type.Optional(Type.String({ description: 'The page on which a person mends it, or looks at it.' })),
  },
  { title: 'AccountEventData' },
)
export type AccountEventData = Static<typeof AccountEventData>

/** Why a connection is broken: its settings, an approval that its accounts lack, or because the provider ended most grants. */
export const BreakCause = Type.Union([Type.Literal('settings'), Type.Literal('approval'), Type.Literal('ended')])
export type BreakCause = Static<typeof BreakCause>

/** `data` of the events whose type begins with `connection.`. */
export const ConnectionEventData = Type.Object(
  {
    connection: ConnectionInEvent,
    cause: Type.Optional(BreakCause),
    code: Type.Optional(Type.String({ description: 'The error by its name.' })),
    accounts: Type.Optional(AffectedAccounts),
    expires_at: Type.Optional(WholeEpochSeconds),
    url: Type.Optional(Type.String()),
  },
  { title: 'ConnectionEventData' },
)
export type ConnectionEventData = Static<typeof ConnectionEventData>

/** `data` of `webhook.test`. */
export const TestEventData = Type.Object({ message: Type.String() }, { title: 'TestEventData' })
export type TestEventData = Static<typeof TestEventData>

/** When each type of event happens, and what its `data` is: what is announced, and what the OpenAPI document says. */
export const webhookEvents = {
  'account.connected': { when: 'An account works for the first time.', data: AccountEventData },
  'account.needs_consent': { when: 'A person has to act so that an account works again.', data: AccountEventData },
  'account.unavailable': {
    when: 'The provider has trouble, and the last token of an account has ended.',
    data: AccountEventData,
  },
  'account.paused': { when: 'Somebody paused an account.', data: AccountEventData },
  'account.restored': { when: 'An account works again.', data: AccountEventData },
  'account.removed': { when: 'An account was removed, and its grant with it.', data: AccountEventData },
  'connection.broken': {
    when: 'Something is wrong with a connection, and so with many of its accounts: `cause` says what.',
    data: ConnectionEventData,
  },
  'connection.restored': { when: 'That is over.', data: ConnectionEventData },
  'connection.secret_expiring': {
    when: 'The client secret of a connection ends at `expires_at`.',
    data: ConnectionEventData,
  },
  'connection.removed': { when: 'A connection was deleted.', data: ConnectionEventData },
  'webhook.test': { when: 'Somebody asked for a test. Nothing has happened.', data: TestEventData },
} as const satisfies Readonly<Record<WebhookEventType, { readonly when: string; readonly data: TSchema }>>

/** `data` of an event of this type. */
export type WebhookEventData<Name extends WebhookEventType = WebhookEventType> = Static<
  (typeof webhookEvents)[Name]['data']
>

/** A message as it is sent. */
export function webhookMessage<Name extends WebhookEventType>(type: Name) {
  return Type.Object({
    type: Type.Literal(type),
    timestamp: Type.String({ format: 'date-time', description: 'When it happened.' }),
    data: webhookEvents[type].data,
  })
}

/** Why nothing is sent to an endpoint: a person switched it off, it answered 410 Gone, or it failed for days. */
export const SwitchedOff = Type.Union([Type.Literal('person'), Type.Literal('gone'), Type.Literal('failing')])
export type SwitchedOff = Static<typeof SwitchedOff>

/** An address that is told of events. */
export const Webhook = Type.Object(
  {
    id: Type.String(),
    url: Type.String(),
    description: Type.Optional(Type.String()),
    events: Type.Union([Type.Array(WebhookEventType), Type.Null()], { description: 'Types that it gets; null: all.' }),
    enabled: Type.Boolean(),
    switched_off: Type.Optional(SwitchedOff),
    failing_since: Type.Optional(EpochSeconds),
    secret_set_at: EpochSeconds,
    former_secret_until: Type.Optional(
      Type.Number({ description: 'Epoch seconds until which the secret before this one signs too.' }),
    ),
    created_at: EpochSeconds,
    updated_at: EpochSeconds,
  },
  { title: 'Webhook' },
)
export type Webhook = Static<typeof Webhook>

/** GET /v1/webhooks */
export const WebhookList = Type.Object({ webhooks: Type.Array(Webhook) })
export type WebhookList = Static<typeof WebhookList>

const Url = Type.String({ minLength: 1, maxLength: 2000 })
const Description = Type.String({ maxLength: 200 })
const Events = Type.Union([
  Type.Array(Type.Union([...HAPPENS]), {
    minItems: 1,
    uniqueItems: true,
  }),
  Type.Null(),
])

/** POST /v1/webhooks. Without `events`, or with null, it gets all, also types that come later. */
export const NewWebhook = Type.Object(
  { url: Url, description: Type.Optional(Description), events: Type.Optional(Events) },
  { title: 'NewWebhook', additionalProperties: false },
)
export type NewWebhook = Static<typeof NewWebhook>

/** PATCH /v1/webhooks/{id} */
export const WebhookPatch = Type.Object(
  {
    url: Type.Optional(Url),
    description: Type.Optional(Description),
    events: Type.Optional(Events),
    enabled: Type.Optional(Type.Boolean()),
  },
  { title: 'WebhookPatch', additionalProperties: false },
)
export type WebhookPatch = Static<typeof WebhookPatch>

/** POST /v1/webhooks/{id}/secret */
export const SecretRotation = Type.Object(
  {
    overlap: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 604_800,
        description:
          'Seconds for which the secret of before signs too. Default: a day. 0: it is given away, end it now.',
      }),
    ),
  },
  { title: 'SecretRotation', additionalProperties: false },
)
export type SecretRotation = Static<typeof SecretRotation>

/** A webhook whose secret was just made: it is in this answer and nowhere else. */
export const WebhookWithSecret = Type.Object(
  { webhook: Webhook, secret: Type.String({ description: 'Shown only here.' }) },
  { title: 'WebhookWithSecret' },
)
export type WebhookWithSecret = Static<typeof WebhookWithSecret>

/** One try to deliver. */
export const DeliveryAttempt = Type.Object({
  at: EpochSeconds,
  seconds: Type.Number({ description: 'How long it took.' }),
  status: Type.Optional(Type.Integer({ description: 'Of the answer; absent: there was none.' })),
  code: Type.Optional(Type.String({ description: 'What went wrong, as a name: TIMEOUT, NETWORK, PRIVATE_ADDRESS.' })),
  detail: Type.Optional(Spoken({ description: 'The beginning of the answer, or what went wrong in words.' })),
})
export type DeliveryAttempt = Static<typeof DeliveryAttempt>

/** An event on its way to one endpoint. */
export const Delivery = Type.Object(
  {
    id: Type.String(),
    event_id: Type.String({ description: 'The header webhook-id: the same for each attempt and each endpoint.' }),
    type: WebhookEventType,
    state: Type.Union(
      [Type.Literal('waiting'), Type.Literal('delivered'), Type.Literal('failed'), Type.Literal('dropped')],
      { description: 'failed: no more attempts come by themselves.' },
    ),
    created_at: EpochSeconds,
    next_attempt_at: Type.Optional(
      Type.Number({ description: 'Epoch seconds. Absent: there will be none by itself, or it is tried right now.' }),
    ),
    payload: Type.Unknown({ description: 'What is sent.' }),
    attempts: Type.Array(DeliveryAttempt, { description: 'The newest first.' }),
  },
  { title: 'Delivery' },
)
export type Delivery = Static<typeof Delivery>

/** GET /v1/webhooks/{id}/deliveries: newest first. */
export const DeliveryList = Type.Object({
  deliveries: Type.Array(Delivery),
  before: Type.Optional(Type.String({ description: 'Ask with this for what is older; absent: there is nothing.' })),
})
export type DeliveryList = Static<typeof DeliveryList>
