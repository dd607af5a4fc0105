import type { Generated } from 'kysely'

/** Single values of the installation. */
interface MetaTable {
  name: string
  value: string
}

export interface UserTable {
  id: string
  name: string
  /** `scrypt$N$r$p$salt$hash`; the cost stands in each hash, so it can be raised later. Empty: none was ever set. */
  password_hash: string
  role: Role
  created_at: number
  /** In lower case. */
  email: string | null
  /** BCP 47, as they signed in last. */
  language: Generated<string | null>
}

export type Role = 'admin' | 'member'

interface InvitationTable {
  token_hash: string
  user_id: string
  created_at: number
  expires_at: number
}

/** Who did what. Rows are only ever added; see `audit/audit-chain.ts` for the link. */
export interface AuditTable {
  seq: number
  at: number
  /** JSON: {@link AuditActor}. */
  actor: string
  /** Where the request came from. */
  source: string | null
  action: string
  /** Id of what it was done to. */
  subject: string | null
  /** JSON; holds no secret. */
  detail: string | null
  link: string
}

interface SetupTokenTable {
  token_hash: string
  created_at: number
}

export interface SessionTable {
  session_hash: string
  user_id: string
  created_at: number
  last_seen_at: number
  expires_at: number
}

export interface ConnectionTable {
  id: string
  name: string
  provider: string
  client_id: string
  client_auth: string | null
  /** Sealed. */
  client_secret: string | null
  secret_hint: string | null
  secret_set_at: number | null
  /** What the administrator read in the provider's console. */
  secret_expires_at: number | null
  /** JSON: values of the provider's parameters. */
  parameters: string
  scope: string
  issuer: string | null
  authorization_endpoint: string | null
  token_endpoint: string | null
  /** JSON: what is known to be wrong with the settings. */
  trouble: string | null
  /** Counts changes of the settings, so that what was made of them is made anew. */
  revision: number
  created_at: number
  updated_at: number
  /** JSON: SignInRules; null: nobody signs in with it. */
  sign_in: string | null
  /** Sealed. Beside the new one while both are entered at the provider. */
  former_secret: string | null
  former_secret_hint: string | null
  former_secret_set_at: number | null
  former_secret_expires_at: number | null
  /** When it is to be forgotten here; null: when somebody says so. */
  former_secret_ends_at: number | null
  /** When the provider first took the new one, while there is a former one. */
  secret_taken_at: number | null
  /** Since when the provider takes the former one and not the new one. */
  secret_refused_at: number | null
  /** Days before its end of which administrators were told last. */
  secret_told: number | null
  /** The client that it began with; null: it had another since, or nobody knows. */
  first_client_id: Generated<string | null>
}

interface UserIdentityTable {
  iss: string
  sub: string
  user_id: string
  created_at: number
}

interface PendingSignInTable {
  state_hash: string
  browser_hash: string
  connection_id: string
  /** Sealed JSON of core's PendingAuthorization. */
  pending: string
  created_at: number
  expires_at: number
}

export interface AccountTable {
  /** Also the id of the grant. */
  id: string
  connection_id: string
  /** Empty: whatever the account is called at the provider. */
  name: string
  login_hint: string | null
  /** 1 when no tokens are handed out or renewed. */
  paused: number
  refreshes: number
  last_success_at: number | null
  last_used_at: number | null
  /** When refresh-ahead has to look at it; null: not until something happens. */
  look_at: Generated<number | null>
  /** The name that it is shown under, as lists are in order of it. */
  sort_name: Generated<string>
  /** All its names in lower case, as lists are searched by them. */
  search_text: Generated<string>
  /** 1 when its grant tells that something could not be looked up after consent. */
  look_up_failed: Generated<number>
  /** When its grant is predicted to end, to the day. */
  ends_at: Generated<number | null>
  /** JSON: why the last consent failed; null after one that did not. */
  consent_trouble: string | null
  created_at: number
  updated_at: number
  /** The user whose account it is; null: nobody's, so that administrators look after it. */
  owner: string | null
  /** Id of the removed user whose account it was, and their name then; null while it has an owner, or if it never had one. */
  former_owner: Generated<string | null>
  former_owner_name: Generated<string | null>
  /** 1 when somebody connected it by a link and its owner has not said yet that it was the right person. */
  unconfirmed: Generated<number>
  /** Hash of who it is at the provider; null: nobody has consented since servers keep it. */
  subject: Generated<string | null>
  /** What was last told of it outside; see `accounts/told.ts`. */
  told: Generated<string | null>
}

interface ConsentChoiceTable {
  token_hash: string
  /** The browser that may choose. */
  browser_hash: string
  /** The account that was connected just now. */
  account_id: string
  /** The one that the same person has already. */
  other_id: string
  /** Since when the one is being moved to the other. */
  replacing_since: number | null
  created_at: number
  expires_at: number
}

interface ConnectLinkTable {
  token_hash: string
  account_id: string
  /** The user who asks. */
  created_by: string
  note: string | null
  /** The first browser that opened it. */
  browser_hash: string | null
  created_at: number
  expires_at: number
}

interface PendingAuthorizationTable {
  state_hash: string
  /** The browser that may finish it. */
  browser_hash: string
  connection_id: string
  account_id: string
  /** Sealed JSON of core's PendingAuthorization: it holds the PKCE verifier. */
  pending: string
  created_at: number
  expires_at: number
  /** The connect link that it was begun with. */
  link_hash: Generated<string | null>
}

export interface ApiKeyTable {
  id: string
  name: string
  hint: string
  key_hash: string
  /** JSON list of account ids; null: all. */
  accounts: string | null
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  /** The user who made it. */
  owner: string | null
  /** Space separated; null: whatever the grant has. */
  scopes: string | null
}

interface ReplicaTable {
  id: string
  seen_at: number
  unbroken_since: number
}

interface ProgramUseTable {
  account_id: string
  key_id: string
  at: number
  /** The address that it came from. */
  source: string
  via: string
}

export interface HistoryTable {
  id: string
  account_id: string
  at: number
  type: string
  code: string | null
  detail: string | null
  seconds: number | null
  times: Generated<number>
  /** When the first of several happened. */
  since: number | null
}

interface ActivityTable {
  /** Hours since the epoch. */
  hour: number
  connection_id: string
  refreshed: number
  failed: number
  /** How long the renewals took in all. */
  seconds: number
  slowest: number
}

interface ChangeTable {
  id: string
  at: number
  /** JSON: what one server tells the others. */
  message: string
}

export interface MailAccountTable {
  account_id: string
  /** Of the mailbox, in lower case: how the gateway finds the account. */
  address: string | null
  /** JSON: MailChange, what was set by hand. */
  own: string | null
  /** JSON: what the domain told, and when. */
  found: string | null
  /** JSON: MailTest, the newest. */
  tested: string | null
  /** When the mailbox is to be looked at; null: it never worked so far. */
  probe_at: number | null
  /** Probes in a row that failed. */
  failures: number
  /** 1 when the account's history tells that they fail. */
  told: number
}

export interface WebhookTable {
  id: string
  url: string
  description: string | null
  /** JSON list of event types; null: all. */
  events: string | null
  /** Sealed. */
  secret: string
  secret_set_at: number
  /** Sealed: the one before, with which is signed too until the time beside it. */
  former_secret: string | null
  former_until: number | null
  /** Why nothing is sent: `person`, `gone` or `failing`; null: it is on. */
  switched_off: string | null
  /** When the first of the attempts failed after which none succeeded. */
  failing_since: number | null
  created_at: number
  updated_at: number
}

export interface OutboxTable {
  id: string
  channel: 'webhook' | 'mail'
  /** Id of the webhook, or the word for the mail server: what goes to one of them waits for no other. */
  target: string
  /** The same for all receivers of one event. */
  event_id: string
  type: string
  /** Of a webhook: the body as it is sent. Of a mail: JSON of what it is about. */
  payload: string
  state: 'waiting' | 'delivered' | 'failed' | 'dropped'
  /** Attempts that were begun. */
  attempts: number
  /** When to try next, or when whoever tries it is taken to have ended; null: it is settled. */
  next_at: number | null
  /** Who tries it at this moment: only that one may say what came of it. */
  taken_by: string | null
  created_at: number
  settled_at: number | null
}

export interface OutboxAttemptTable {
  id: string
  message_id: string
  at: number
  seconds: number
  /** Of the HTTP answer, or the reply code of a mail server. */
  status: number | null
  code: string | null
  /** What the receiver said, cut. */
  detail: string | null
}

export interface NoticeTable {
  id: string
  /** What it is about: there is one open notice of each. */
  key: string
  kind: string
  /** The user whom it is for; null: all administrators. */
  owner: string | null
  connection_id: string | null
  account_id: string | null
  /** JSON; holds no secret. */
  detail: string | null
  created_at: number
}

interface NoticeMarkTable {
  notice_id: string
  user_id: string
  seen_at: number
  dismissed_at: number | null
}

interface SignInAttemptTable {
  /** An address, or a network of IPv6. */
  source: string
  failures: number
  last: number
}

/** The server's own tables. Grants are in the store's, in the same database. */
export interface Tables {
  meta: MetaTable
  users: UserTable
  setup_tokens: SetupTokenTable
  sessions: SessionTable
  connections: ConnectionTable
  accounts: AccountTable
  pending_authorizations: PendingAuthorizationTable
  consent_choices: ConsentChoiceTable
  api_keys: ApiKeyTable
  program_uses: ProgramUseTable
  history: HistoryTable
  invitations: InvitationTable
  connect_links: ConnectLinkTable
  user_identities: UserIdentityTable
  pending_sign_ins: PendingSignInTable
  audit: AuditTable
  changes: ChangeTable
  activity: ActivityTable
  mail_accounts: MailAccountTable
  webhooks: WebhookTable
  outbox: OutboxTable
  outbox_attempts: OutboxAttemptTable
  notices: NoticeTable
  notice_marks: NoticeMarkTable
  sign_in_attempts: SignInAttemptTable
  replicas: ReplicaTable
}
