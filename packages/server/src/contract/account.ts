import { type Static, Type } from 'typebox'
import { Paging } from './paging.ts'
import { Who } from './problem.ts'
import { StillAtProvider } from './revocation.ts'
import { OwnPassword } from './session.ts'
import { Spoken } from './spoken.ts'
import { Formed, Line, OptionalLine } from './text.ts'
import { EpochSeconds, WholeEpochSeconds } from './time.ts'

/** How an account that is here is doing. */
export const PresentState = Type.Union([
  Type.Literal('new'),
  Type.Literal('awaiting_consent'),
  Type.Literal('checking'),
  Type.Literal('ok'),
  Type.Literal('delayed'),
  Type.Literal('degraded'),
  Type.Literal('needs_consent'),
  Type.Literal('blocked_by_admin'),
  Type.Literal('connection_error'),
  Type.Literal('paused'),
])
export type PresentState = Static<typeof PresentState>

/** One vocabulary in the page, the API, the events and the metrics: how an account is doing, or that it is gone. */
export const AccountState = Type.Union([...PresentState.anyOf, Type.Literal('removed')])
export type AccountState = Static<typeof AccountState>

/** What may be true of an account beside its state: none of them hides the state, nor the state them. */
export const AccountFlag = Type.Union([
  Type.Literal('awaiting_consent'),
  Type.Literal('expiring_soon'),
  Type.Literal('look_up_failed'),
])
export type AccountFlag = Static<typeof AccountFlag>

/** Why an account is in a state that somebody has to act on. */
export const AccountReason = Type.Union([
  Type.Literal('never_connected'),
  Type.Literal('ended_by_provider'),
  Type.Literal('refresh_interrupted'),
  Type.Literal('wrong_account'),
  Type.Literal('unconfirmed'),
  Type.Literal('revoked_here'),
  Type.Literal('no_refresh_token'),
  Type.Literal('declined'),
  Type.Literal('admin_approval'),
  Type.Literal('client_refused'),
  Type.Literal('settings'),
  Type.Literal('provider_trouble'),
  Type.Literal('storage'),
])
export type AccountReason = Static<typeof AccountReason>

/** When a grant is expected to end. */
export const PredictedEnd = Type.Object(
  {
    at: WholeEpochSeconds,
    reason: Type.Union([
      Type.Literal('told'),
      Type.Literal('testing'),
      Type.Literal('idle'),
      Type.Literal('absolute'),
      Type.Literal('access_token'),
    ]),
    moves: Type.Boolean({ description: 'Whether each use puts it off.' }),
    advice: Type.Optional(Spoken()),
    link: Type.Optional(Type.String()),
  },
  { description: 'When the grant is expected to end, by what the provider told and what is known about it.' },
)
export type PredictedEnd = Static<typeof PredictedEnd>

/** What failed beside the state of an account, and who has to do what. */
const failure = (description: string) =>
  Type.Object(
    {
      at: EpochSeconds,
      code: Type.String({ description: 'Of the error catalogue.' }),
      detail: Spoken({ description: 'What happened, in words for a person.' }),
      who: Who,
      advice: Spoken(),
      link: Type.Optional(Type.String()),
      username: Type.Optional(Type.String({ description: 'Of WRONG_ACCOUNT: who signed in at the provider.' })),
    },
    { description },
  )
export type FailureView = Static<ReturnType<typeof failure>>

/** What a person or program connects and uses: it has one grant. */
export const Account = Type.Object(
  {
    id: Type.String({ description: 'Also the id of the grant. Stays the same when the account is connected again.' }),
    name: Type.String(),
    unnamed: Type.Optional(
      Type.Boolean({
        description: 'True while nobody gave a name and nobody signed in; `name` then tells the connection.',
      }),
    ),
    connection: Type.Object({
      id: Type.String(),
      name: Type.String(),
      provider: Type.String(),
      provider_name: Spoken(),
    }),
    owner: Type.Optional(
      Type.Object(
        { id: Type.String(), name: Type.String() },
        { description: 'Whose account it is. Absent: nobody’s; administrators look after it.' },
      ),
    ),
    former_owner: Type.Optional(
      Type.Object(
        { id: Type.String(), name: Type.String() },
        {
          description:
            'Whose account it was, when that person was removed. A key for it still needs a reason and a password.',
        },
      ),
    ),
    login_hint: Type.Optional(Type.String({ description: "The account's expected name at the provider." })),
    subject: Type.Optional(
      Type.Object({ iss: Type.String(), sub: Type.String(), username: Type.Optional(Type.String()) }),
    ),
    added_for: Type.Optional(
      Type.String({
        description:
          'Present when somebody else signed in than it was added for: the address it was added for. POST /v1/accounts/{id}/confirm says whether that is right.',
      }),
    ),
    state: PresentState,
    sentence: Spoken({ description: 'The state in words for a person.' }),
    said: Type.Optional(
      Type.Object(
        {
          sentence: Type.String(),
          advice: Type.Optional(Type.String()),
          detail: Type.Optional(Type.String({ description: 'Its part that is in the words of whoever told it.' })),
        },
        { description: 'Names of `sentence` and `advice`: the same in every language.' },
      ),
    ),
    reason: Type.Optional(AccountReason),
    who: Type.Optional(Who),
    advice: Type.Optional(Spoken()),
    link: Type.Optional(Type.String({ description: "The provider's page that tells more about it." })),
    admin_consent_url: Type.Optional(
      Type.String({
        description:
          'Where an administrator of the provider’s organisation allows it for everybody, when that is what is missing.',
      }),
    ),
    awaiting_consent: Type.Optional(
      Type.Boolean({
        description:
          'True while somebody who was asked for consent may still give it to an account that does not work.',
      }),
    ),
    expiring_soon: Type.Optional(
      Type.Boolean({
        description: 'True when it works and its grant is predicted to end within 14 days, unless somebody acts.',
      }),
    ),
    look_up_failed: Type.Optional(
      failure(
        'The account works, but something about it (tenant, base address) could not be asked for after consent. POST /v1/accounts/{id}/look-up asks again.',
      ),
    ),
    consent_failed: Type.Optional(
      failure('Why the last consent did not succeed, until one does. An account that works goes on working.'),
    ),
    unconfirmed: Type.Optional(
      Type.Boolean({
        description: 'True when somebody connected it by a link and its owner has not confirmed yet who that was.',
      }),
    ),
    requested_scope: Type.Optional(Type.String()),
    granted_scope: Type.Optional(Type.String()),
    missing_scopes: Type.Array(Type.String(), { description: 'Asked for and not given.' }),
    expires_at: Type.Optional(WholeEpochSeconds),
    refresh_at: Type.Optional(WholeEpochSeconds),
    predicted_end: Type.Optional(PredictedEnd),
    last_success_at: Type.Optional(EpochSeconds),
    last_used_at: Type.Optional(EpochSeconds),
    refreshes: Type.Integer({ description: 'How often an access token was renewed since the account was made.' }),
    created_at: EpochSeconds,
    updated_at: EpochSeconds,
    version: Type.Integer({ description: 'Version of the grant; 0 when there is none.' }),
  },
  { title: 'Account' },
)
export type Account = Static<typeof Account>

/** POST /v1/accounts/{id}/revoke */
export const RevokedAccount = Type.Object(
  { ...Account.properties, still_at_provider: Type.Optional(StillAtProvider) },
  { title: 'RevokedAccount' },
)
export type RevokedAccount = Static<typeof RevokedAccount>

/** GET /v1/accounts */
export const AccountList = Type.Object({
  accounts: Type.Array(Account),
  next: Type.Optional(Type.String({ description: 'The cursor of the next page; absent on the last one.' })),
})
export type AccountList = Static<typeof AccountList>

/** In which order accounts are listed. */
export const AccountSort = Type.Union(
  [Type.Literal('name'), Type.Literal('attention'), Type.Literal('ends'), Type.Literal('used'), Type.Literal('newest')],
  {
    description:
      'By name; those that need somebody first and then by name; the grant that ends soonest; the one used last; the newest.',
  },
)
export type AccountSort = Static<typeof AccountSort>

const STATE_LIST = PresentState.anyOf.map((state) => state.const).join('|')

/** Which accounts are meant. */
const Filters = {
  connection: Type.Optional(Type.String({ maxLength: 100, description: 'Those of one connection alone.' })),
  owner: Type.Optional(
    Type.String({ maxLength: 100, description: 'Those of one user; `nobody`: those that are nobody’s.' }),
  ),
  state: Type.Optional(
    Formed(
      `^(${STATE_LIST})(,(${STATE_LIST}))*$`,
      `one or several of ${STATE_LIST.replaceAll('|', ', ')}, separated by commas`,
      { description: 'Those in one of these states, separated by commas.' },
    ),
  ),
  flag: Type.Optional(AccountFlag),
  q: Type.Optional(
    Type.String({
      maxLength: 200,
      description: 'Those with this in their name, their name at the provider, their connection’s or their owner’s.',
    }),
  ),
}

/** GET /v1/accounts?limit=100 */
export const AccountQuery = Type.Object(
  {
    ...Paging,
    ids: Type.Optional(
      Formed('^[\\w-]{1,100}(,[\\w-]{1,100}){0,99}$', 'at most 100 ids, separated by commas', {
        description: 'Those with these ids, at most 100, separated by commas. Ids that are not there are left out.',
      }),
    ),
    ...Filters,
    sort: Type.Optional(AccountSort),
  },
  { title: 'AccountQuery', additionalProperties: false },
)
export type AccountQuery = Static<typeof AccountQuery>

/** GET /v1/accounts/counts?q=example */
export const AccountCountQuery = Type.Object(Filters, { title: 'AccountCountQuery', additionalProperties: false })
export type AccountCountQuery = Static<typeof AccountCountQuery>

/** GET /v1/accounts/counts: how many accounts are in each state, and have each flag. */
export const AccountCounts = Type.Object(
  {
    total: Type.Integer(),
    states: Type.Record(PresentState, Type.Integer()),
    flags: Type.Record(AccountFlag, Type.Integer(), { description: 'An account may have several, or none.' }),
  },
  { title: 'AccountCounts' },
)
export type AccountCounts = Static<typeof AccountCounts>

/** GET /v1/accounts.csv?state=ok */
export const AccountExportQuery = Type.Object(
  { ...Filters, sort: Type.Optional(AccountSort) },
  { title: 'AccountExportQuery', additionalProperties: false },
)
export type AccountExportQuery = Static<typeof AccountExportQuery>

/** POST /v1/accounts */
export const NewAccount = Type.Object(
  {
    connection: Type.String({ minLength: 1, maxLength: 100, description: 'Connection id.' }),
    name: Type.Optional(Line(200)),
    login_hint: Type.Optional(OptionalLine(500)),
    owner: Type.Optional(
      Type.String({
        maxLength: 100,
        description: 'Id of the user whose account it is to be; for administrators. Default: who asks.',
      }),
    ),
  },
  { title: 'NewAccount', additionalProperties: false },
)
export type NewAccount = Static<typeof NewAccount>

/** PATCH /v1/accounts/{id}. What is left out stays. */
export const AccountPatch = Type.Object(
  {
    name: Type.Optional(Line(200)),
    login_hint: Type.Optional(OptionalLine(500, { description: 'An empty string removes it.' })),
    paused: Type.Optional(Type.Boolean({ description: 'No tokens are handed out or renewed while paused.' })),
  },
  { title: 'AccountPatch', additionalProperties: false },
)
export type AccountPatch = Static<typeof AccountPatch>

/** DELETE /v1/accounts/{id}?revoke=false keeps the grant alive at the provider. */
export const AccountRemoval = Type.Object({ revoke: Type.Optional(Type.Boolean({ default: true })) })
export type AccountRemoval = Static<typeof AccountRemoval>

/** POST /v1/accounts/{id}/authorize: open this address in the browser that asked for it. */
export const AuthorizeResult = Type.Object(
  {
    url: Type.String({ description: "The provider's consent page." }),
    expires_at: WholeEpochSeconds,
  },
  { title: 'AuthorizeResult' },
)
export type AuthorizeResult = Static<typeof AuthorizeResult>

/** POST /v1/accounts/{id}/test: a token was fetched, and the provider was asked whose it is where it can be asked. */
export const AccountTest = Type.Object(
  {
    ok: Type.Boolean(),
    detail: Spoken(),
    code: Type.Optional(Type.String({ description: 'Of the error catalogue, when it failed.' })),
    who: Type.Optional(Who),
    advice: Type.Optional(Spoken()),
    account: Account,
  },
  { title: 'AccountTest' },
)
export type AccountTest = Static<typeof AccountTest>

/** POST /v1/accounts/{id}/reveal */
export const Reveal = Type.Object(
  {
    reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S', description: 'The account’s owner reads it.' }),
    password: OwnPassword,
  },
  { title: 'Reveal', additionalProperties: false },
)
export type Reveal = Static<typeof Reveal>

/** One line of an account's history. */
export const HistoryEntry = Type.Object({
  at: EpochSeconds,
  type: Type.Union([
    Type.Literal('authorized'),
    Type.Literal('refreshed'),
    Type.Literal('refresh_failed'),
    Type.Literal('consent_required'),
    Type.Literal('persist_failed'),
    Type.Literal('persisted'),
    Type.Literal('revoked'),
    Type.Literal('authorization_failed'),
    Type.Literal('paused'),
    Type.Literal('resumed'),
    Type.Literal('revealed'),
    Type.Literal('mail_failed'),
    Type.Literal('mail_restored'),
    Type.Literal('mail_servers_set'),
    Type.Literal('key_made'),
    Type.Literal('key_removed'),
  ]),
  code: Type.Optional(Type.String()),
  detail: Type.Optional(Spoken()),
  seconds: Type.Optional(Type.Number({ description: 'How long the provider took.' })),
  times: Type.Optional(Type.Integer({ description: 'How often it happened, when several in a row are one line.' })),
  since: Type.Optional(EpochSeconds),
})
export type HistoryEntry = Static<typeof HistoryEntry>

/** GET /v1/accounts/{id}/history: newest first. */
export const AccountHistory = Type.Object({ history: Type.Array(HistoryEntry) }, { title: 'AccountHistory' })
export type AccountHistory = Static<typeof AccountHistory>
