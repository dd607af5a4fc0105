import { AccessNews } from './accounts/access-news.ts'
import { Accounts } from './accounts/accounts.ts'
import { Activity } from './accounts/activity.ts'
import { Consents } from './accounts/consent.ts'
import { History } from './accounts/history.ts'
import { ProgramUses } from './accounts/program-uses.ts'
import { SamePerson } from './accounts/same-person.ts'
import { Standings } from './accounts/standings.ts'
import { TokenDesk } from './accounts/token-desk.ts'
import { Tokens } from './accounts/tokens.ts'
import { AuditLog } from './audit/audit-log.ts'
import { ConnectionClients } from './connections/connection-clients.ts'
import { ConnectionNews } from './connections/connection-news.ts'
import { Connections } from './connections/connections.ts'
import { secretTaken } from './connections/secret-taken.ts'
import type { Deps } from './deps.ts'
import { EventHub } from './events/event-hub.ts'
import { Languages } from './languages/languages.ts'
import { ConnectLinks } from './links/connect-links.ts'
import { ProgramGateway } from './mail/gateway.ts'
import { MailAccounts } from './mail/mail-accounts.ts'
import { Mailboxes } from './mail/mailbox.ts'
import { Metrics } from './metrics.ts'
import { Notices } from './notices/notices.ts'
import { Outbox } from './outbox/outbox.ts'
import { ApiKeys } from './security/api-keys.ts'
import { Passwords } from './security/password.ts'
import { Reach } from './security/reach.ts'
import { Sessions } from './security/sessions.ts'
import { Users } from './security/users.ts'
import { SignIns } from './sign-in/sign-ins.ts'
import { Deliveries } from './webhooks/deliveries.ts'
import { Webhooks } from './webhooks/webhooks.ts'

/** The parts of one server, put together. */
export interface Services {
  readonly deps: Deps
  readonly users: Users
  readonly sessions: Sessions
  readonly apiKeys: ApiKeys
  readonly access: AccessNews
  readonly programUses: ProgramUses
  readonly connections: Connections
  readonly clients: ConnectionClients
  readonly connectionNews: ConnectionNews
  readonly reach: Reach
  readonly accounts: Accounts
  readonly tokens: Tokens
  readonly desk: TokenDesk
  readonly consents: Consents
  readonly samePerson: SamePerson
  readonly signIns: SignIns
  readonly links: ConnectLinks
  readonly mail: MailAccounts
  readonly mailboxes: Mailboxes
  readonly gateway: ProgramGateway
  readonly history: History
  readonly activity: Activity
  readonly outbox: Outbox
  readonly webhooks: Webhooks
  readonly deliveries: Deliveries
  readonly notices: Notices
  readonly standings: Standings
  readonly audit: AuditLog
  readonly hub: EventHub
  readonly metrics: Metrics
  readonly languages: Languages
}

/** Puts the parts together. Begins nothing. */
export function createServices(deps: Deps): Services {
  const { db, clock } = deps
  const hub = new EventHub()
  const outbox = new Outbox(db, clock)
  const webhooks = new Webhooks(deps, outbox)
  const notices = new Notices(deps, outbox, webhooks, hub)
  const audit = new AuditLog(db, deps.cipher, clock, (head) => deps.logger.info({ audit: head }, 'audit log'))
  const reach = new Reach(deps)
  const connectionNews = new ConnectionNews(deps, outbox, notices)
  const clients = new ConnectionClients(deps, reach, (taken) => {
    const noted = secretTaken({ deps, connectionNews, accounts, audit }, taken)
    noted.catch((err: unknown) => deps.logger.warn({ err, connection: taken.id }, 'not noted which secret is taken'))
  })
  const connections = new Connections(deps, outbox, webhooks, connectionNews, clients, reach)
  const accounts: Accounts = new Accounts(deps, connections, clients, hub, outbox, (id) =>
    // Nobody's request fails for it: the next sweep tells what could not be told now.
    standings.settleIfThere(id).catch((err: unknown) => deps.logger.error({ err, account: id }, 'not told yet')),
  )
  const standings = new Standings(deps, accounts, outbox, webhooks, notices)
  const history = new History(db, clock)
  const gateway = new ProgramGateway()
  const metrics = new Metrics(
    () => accounts.counts(),
    () => gateway.traffic,
  )
  deps.telemetry?.accounts(() => accounts.stateCounts())
  const activity = new Activity(db, clock)
  const tokens = new Tokens(
    deps,
    connections,
    clients,
    connectionNews,
    accounts,
    standings,
    history,
    activity,
    metrics,
    hub,
  )
  const programUses = new ProgramUses(db, clock)
  const access = new AccessNews(db, history, notices, (id) => accounts.publish(id))
  const apiKeys = new ApiKeys(db, clock, deps.changes, outbox, access, (hash) => hub.drop(hash))
  const mail = new MailAccounts(deps, accounts, connections, reach)
  const links = new ConnectLinks(deps, connections)
  const samePerson = new SamePerson(deps, connections, accounts, tokens, standings, history)
  return {
    deps,
    users: new Users(db, clock, new Passwords(deps.passwordCost)),
    sessions: new Sessions(db, clock),
    apiKeys,
    access,
    programUses,
    desk: new TokenDesk(deps, tokens, programUses, metrics),
    connections,
    clients,
    connectionNews,
    reach,
    accounts,
    tokens,
    consents: new Consents(deps, connections, clients, connectionNews, accounts, tokens, history, samePerson, links),
    samePerson,
    links,
    signIns: new SignIns(deps, connections, clients),
    mail,
    mailboxes: new Mailboxes(tokens, mail),
    gateway,
    history,
    activity,
    outbox,
    webhooks,
    deliveries: new Deliveries(deps, outbox),
    notices,
    standings,
    audit,
    hub,
    metrics,
    languages: new Languages(),
  }
}
