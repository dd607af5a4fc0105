import { type AccessToken, OAuthError } from '@evergrant/core'
import { checkedUser } from '../sasl/checked.ts'
import type { MailProtocol } from '../sasl/index.ts'
import type { MailCheck } from '../sign-in/verify.ts'

/** An application that is to open mailboxes of an organisation at Exchange Online on its own. */
export interface ExchangeApplication {
  /** Directory (tenant) id or a domain of the organisation. */
  readonly tenant: string
  /** Application (client) id: the same on the app registration and on the enterprise application. */
  readonly appId: string
  /** Object id of the *enterprise application*. The app registration has another object id, which does not work here. */
  readonly objectId: string
  readonly mailboxes: readonly string[]
  /** Default IMAP and SMTP. */
  readonly protocols?: readonly MailProtocol[] | undefined
  /**
   * What lets it send. `full-access`: the role SMTP.SendAsApp in Entra, and full access to each mailbox. `rbac`: a role of Exchange's own
   * for these mailboxes alone (RBAC for Applications), and nothing in Entra. IMAP and POP have no such role. Default `full-access`.
   */
  readonly sending?: ExchangeSending | undefined
}

/** What lets an application send from a mailbox. */
export type ExchangeSending = 'full-access' | 'rbac'

/** What a step is about. */
export type ExchangeStepId = 'permission' | 'connect' | 'principal' | 'mailbox' | 'role' | 'smtp-auth'

/** One step of an administrator's. */
export interface ExchangeStep {
  readonly id: ExchangeStepId
  readonly title: string
  /** What to do where there is no command for it. */
  readonly text?: string | undefined
  /** PowerShell, to be pasted as it is. */
  readonly commands: readonly string[]
  /** PowerShell that shows whether it worked. */
  readonly look: readonly string[]
}

const ROLES: Readonly<Record<MailProtocol, string>> = {
  imap: 'IMAP.AccessAsApp',
  pop: 'POP.AccessAsApp',
  smtp: 'SMTP.SendAsApp',
}

/** What switches a protocol on for a mailbox. */
const SWITCHES = { imap: 'ImapEnabled', pop: 'PopEnabled' } as const

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The steps after which an application opens mailboxes of Exchange Online with its own token, with the exact PowerShell. Throws
 * `INVALID_ARGUMENT` for what is no id, and when both ids are the same: then one was pasted twice.
 *
 * @see https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
 * @see https://learn.microsoft.com/exchange/permissions-exo/application-rbac
 *
 * @example
 * ```ts
 * import { exchangeSetup } from '@evergrant/mail/app-only'
 *
 * const steps = exchangeSetup({
 *   tenant: 'contoso.example',
 *   appId: '11111111-1111-4111-8111-111111111111',
 *   objectId: '22222222-2222-4222-8222-222222222222',
 *   mailboxes: ['orders@contoso.example'],
 * })
 * for (const { title, commands } of steps) console.log(title, commands.join('\n'))
 * ```
 */
export function exchangeSetup(application: ExchangeApplication): readonly ExchangeStep[] {
  const { tenant, appId, objectId, mailboxes, protocols = ['imap', 'smtp'], sending = 'full-access' } = application
  for (const [name, id] of [
    ['application id', appId],
    ['object id', objectId],
  ] as const)
    if (!ID.test(id))
      throw new OAuthError('INVALID_ARGUMENT', `The ${name} must look like 00000000-0000-0000-0000-000000000000.`)
  if (appId.toLowerCase() === objectId.toLowerCase()) {
    const message =
      'The object id is the application id: take the object id of the enterprise application, on its overview page.'
    throw new OAuthError('INVALID_ARGUMENT', message)
  }
  if (!/^[A-Za-z0-9.-]{1,253}$/.test(tenant))
    throw new OAuthError('INVALID_ARGUMENT', 'The tenant must be an id or a domain.')
  const names = mailboxes.map(checkedUser)
  const boxes = names.map(literal)
  const byRole = sending === 'rbac' && protocols.includes('smtp')
  // What Entra grants and what Exchange grants add up: a permission there would make the role here mean nothing.
  const inEntra = protocols.filter((protocol) => !(byRole && protocol === 'smtp')).map((protocol) => ROLES[protocol])
  const reading = protocols.filter((protocol) => protocol !== 'smtp')
  const steps: readonly (ExchangeStep | undefined)[] = [
    inEntra.length === 0
      ? undefined
      : {
          id: 'permission',
          title: 'Give the application its permissions in Entra',
          text: `App registrations > the application > API permissions > Add > APIs my organization uses > Office 365 Exchange Online > Application permissions: ${inEntra.join(', ')}.${byRole ? ` Not ${ROLES.smtp}: it would count beside the role below.` : ''} Then "Grant admin consent".`,
          commands: [],
          look: [],
        },
    {
      id: 'connect',
      title: 'Connect PowerShell to Exchange Online, as an Exchange administrator',
      commands: [
        'Install-Module -Name ExchangeOnlineManagement',
        `Connect-ExchangeOnline -Organization ${literal(tenant)}`,
      ],
      look: [],
    },
    {
      id: 'principal',
      title: 'Make the application known to Exchange, by the object id of the enterprise application',
      commands: [
        `New-ServicePrincipal -AppId ${literal(appId)} -ObjectId ${literal(objectId)} -DisplayName 'Evergrant mail'`,
      ],
      look: [`Get-ServicePrincipal -Identity ${literal(objectId)} | Format-List AppId, ObjectId, DisplayName`],
    },
    inEntra.length === 0
      ? undefined
      : {
          id: 'mailbox',
          title: 'Let it into each mailbox, and no other',
          ...(reading.length === 0
            ? {}
            : {
                text: `${reading.map((name) => name.toUpperCase()).join(' and ')} must be on for the mailbox, as they are unless somebody switched them off: "Set-CASMailbox -Identity … ${reading.map((name) => `-${SWITCHES[name]} $true`).join(' ')}" switches them on.`,
              }),
          commands: boxes.map(
            (box) => `Add-MailboxPermission -Identity ${box} -User ${literal(objectId)} -AccessRights FullAccess`,
          ),
          look: boxes.flatMap((box) => [
            `Get-MailboxPermission -Identity ${box} -User ${literal(objectId)}`,
            ...(reading.length === 0
              ? []
              : [`Get-CASMailbox -Identity ${box} | Format-List ${reading.map((name) => SWITCHES[name]).join(', ')}`]),
          ]),
        },
    byRole ? roleStep(appId, objectId, names) : undefined,
    protocols.includes('smtp')
      ? {
          id: 'smtp-auth',
          title: 'Switch SMTP AUTH on for each mailbox that sends',
          commands: boxes.map((box) => `Set-CASMailbox -Identity ${box} -SmtpClientAuthenticationDisabled $false`),
          look: boxes.map((box) => `Get-CASMailbox -Identity ${box} | Format-List SmtpClientAuthenticationDisabled`),
        }
      : undefined,
  ]
  return steps.filter((step) => step !== undefined)
}

/** Lets the application send from these mailboxes, by a role and a scope of their own. */
function roleStep(appId: string, objectId: string, names: readonly string[]): ExchangeStep {
  const scope = literal(`Evergrant mail ${appId.slice(0, 8)}`)
  // A filter has quotes of its own, which are doubled in it (OPATH), and doubled once more for PowerShell.
  const filter = names.map((name) => `PrimarySmtpAddress -eq '${name.replaceAll("'", "''")}'`).join(' -or ')
  return {
    id: 'role',
    title: 'Let it send from these mailboxes, by a role for them alone',
    text: 'For a member of Organization Management. Exchange remembers permissions for 30 minutes to 2 hours: the command to see it does not wait for that, the mail servers do. InScope has to be True.',
    commands: [
      `New-ManagementScope -Name ${scope} -RecipientRestrictionFilter ${literal(filter)}`,
      `New-ManagementRoleAssignment -App ${literal(objectId)} -Role 'Application SMTP.SendAsApp' -CustomResourceScope ${scope}`,
    ],
    look: names.map(
      (name) =>
        `Test-ServicePrincipalAuthorization -Identity ${literal(objectId)} -Resource ${literal(name)} | Format-Table RoleName, AllowedResourceScope, InScope`,
    ),
  }
}

/** In single quotes PowerShell replaces nothing; it takes typographic ones for quotes too. */
function literal(text: string): string {
  return `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`
}

/** A step that seems to be missing, and what says so. */
export interface MissingStep {
  readonly step: ExchangeStepId
  readonly because: string
}

/**
 * Which step is missing, by what can be seen from outside: the roles in the token, and how the mail servers answered
 * (`verifyMail`). `sending` is that of the set-up. Empty when every check went well. The token is read without being verified: it tells, it proves nothing.
 */
export function exchangeMissing(
  token: Pick<AccessToken, 'access_token'>,
  checks: readonly MailCheck[],
  { sending = 'full-access' }: Pick<ExchangeApplication, 'sending'> = {},
): readonly MissingStep[] {
  const roles = rolesOf(token.access_token)
  return checks.flatMap(({ protocol, ok, error }): readonly MissingStep[] => {
    if (ok || error === undefined) return []
    const said = error.message
    const role = ROLES[protocol]
    if (/5\.7\.139|SmtpClientAuthentication/i.test(said))
      return [{ step: 'smtp-auth', because: `${protocol.toUpperCase()}: the server says that SMTP AUTH is off.` }]
    if (protocol === 'smtp' && sending === 'rbac') {
      if (error.code !== 'MAIL_LOGIN_REFUSED' && error.code !== 'MAIL_COMMAND_REFUSED') return []
      const because = roles?.includes(role)
        ? `SMTP: the token has the role ${role} of Entra, and Exchange looks for full access then. Take the permission away there.`
        : 'SMTP: the server refuses the application. Most often the role is younger than two hours, or the mailbox is not in its scope.'
      return [{ step: roles?.includes(role) ? 'permission' : 'role', because }]
    }
    if (roles !== undefined && !roles.includes(role))
      return [
        {
          step: 'permission',
          because: `${protocol.toUpperCase()}: the token has no role ${role}. After "Grant admin consent" it takes some minutes and a new token.`,
        },
      ]
    if (/authenticated but not connected/i.test(said))
      return [
        {
          step: 'mailbox',
          because: `${protocol.toUpperCase()}: the application is known, but not let into the mailbox.`,
        },
      ]
    if (error.code !== 'MAIL_LOGIN_REFUSED' && error.code !== 'MAIL_COMMAND_REFUSED') return []
    const because = `${protocol.toUpperCase()}: the server refuses the application. Most often the object id is that of the app registration.`
    return [{ step: error.code === 'MAIL_LOGIN_REFUSED' ? 'principal' : 'mailbox', because }]
  })
}

/** The roles in a token that is a JWT; undefined for one that cannot be read. */
function rolesOf(token: string): readonly string[] | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    const roles: unknown = typeof claims === 'object' && claims !== null ? Reflect.get(claims, 'roles') : undefined
    if (roles === undefined) return []
    return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : undefined
  } catch {
    return undefined
  }
}
