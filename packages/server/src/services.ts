import { Accounts } from './accounts/accounts.ts'
import { Activity } from './accounts/activity.ts'
import { Consents } from './accounts/consent.ts'
import { History } from './accounts/history.ts'
import { ProgramUses } from './accounts/program-uses.ts'
import { Tokens } from './accounts/tokens.ts'
import { AuditLog } from './audit/audit-log.ts'
import { Connections } from './connections/connections.ts'
import type { Deps } from './deps.ts'
import { EventHub } from './events/event-hub.ts'
import { ConnectLinks } from './links/connect-links.ts'
import { MailAccounts } from './mail/mail-accounts.ts'
import { Mailboxes } from './mail/mailbox.ts'
import { Metrics } from './metrics.ts'
import { ApiKeys } from './security/api-keys.ts'
import { Passwords } from './security/password.ts'
import { Sessions } from './security/sessions.ts'
import { Users } from './security/users.ts'
import { SignIns } from './sign-in/sign-ins.ts'

/** The parts of one server, put together. */
export interface Services {
  readonly deps: Deps
  readonly users: Users
  readonly sessions: Sessions
  readonly apiKeys: ApiKeys
  readonly programUses: ProgramUses
  readonly connections: Connections
  readonly accounts: Accounts
  readonly tokens: Tokens
  readonly consents: Consents
  readonly signIns: SignIns
  readonly links: ConnectLinks
  readonly mail: MailAccounts
  readonly mailboxes: Mailboxes
  readonly history: History
  readonly activity: Activity
  readonly audit: AuditLog
  readonly hub: EventHub
  readonly metrics: Metrics
}

/** Puts the parts together. Begins nothing. */
export function createServices(deps: Deps): Services {
  const { db, clock } = deps
  const hub = new EventHub()
  const connections = new Connections(deps)
  const accounts = new Accounts(deps, connections, hub)
  const history = new History(db, clock)
  const metrics = new Metrics(() => accounts.counts())
  const activity = new Activity(db, clock)
  const tokens = new Tokens(deps, connections, accounts, history, activity, metrics)
  const mail = new MailAccounts(deps, accounts, connections)
  return {
    deps,
    users: new Users(db, clock, new Passwords(deps.passwordCost)),
    sessions: new Sessions(db, clock),
    apiKeys: new ApiKeys(db, clock, deps.changes),
    programUses: new ProgramUses(db, clock),
    connections,
    accounts,
    tokens,
    consents: new Consents(deps, connections, accounts, tokens, history),
    links: new ConnectLinks(deps, connections),
    signIns: new SignIns(deps, connections),
    mail,
    mailboxes: new Mailboxes(deps, tokens, mail),
    history,
    activity,
    audit: new AuditLog(db, deps.cipher, clock),
    hub,
    metrics,
  }
}
