/** A name for the permissions that a purpose needs. */
export type ScopeHelper =
  | 'basic'
  | 'mailbox'
  | 'mailbox_shared'
  | 'mailbox_settings'
  | 'settings_all'
  | 'message_send'
  | 'message_send_shared'
  | 'message_all'
  | 'message_all_shared'
  | 'address_book'
  | 'address_book_shared'
  | 'address_book_all'
  | 'address_book_all_shared'
  | 'calendar'
  | 'calendar_shared'
  | 'calendar_all'
  | 'calendar_shared_all'
  | 'users'
  | 'onedrive'
  | 'onedrive_all'
  | 'sharepoint'
  | 'sharepoint_all'
  | 'sharepoint_dl'
  | 'tasks'
  | 'tasks_all'
  | 'presence'

/** The permissions by their names, which are python-o365's, with its former one for `sharepoint_all`. */
export const scopeHelpers: Readonly<Record<ScopeHelper, readonly string[]>> = {
  basic: ['User.Read'],
  mailbox: ['Mail.Read'],
  mailbox_shared: ['Mail.Read.Shared'],
  mailbox_settings: ['MailboxSettings.ReadWrite'],
  settings_all: ['MailboxSettings.ReadWrite'],
  message_send: ['Mail.Send'],
  message_send_shared: ['Mail.Send.Shared'],
  message_all: ['Mail.ReadWrite', 'Mail.Send'],
  message_all_shared: ['Mail.ReadWrite.Shared', 'Mail.Send.Shared'],
  address_book: ['Contacts.Read'],
  address_book_shared: ['Contacts.Read.Shared'],
  address_book_all: ['Contacts.ReadWrite'],
  address_book_all_shared: ['Contacts.ReadWrite.Shared'],
  calendar: ['Calendars.Read'],
  calendar_shared: ['Calendars.Read.Shared'],
  calendar_all: ['Calendars.ReadWrite'],
  calendar_shared_all: ['Calendars.ReadWrite.Shared'],
  users: ['User.ReadBasic.All'],
  onedrive: ['Files.Read.All'],
  onedrive_all: ['Files.ReadWrite.All'],
  sharepoint: ['Sites.Read.All'],
  sharepoint_all: ['Sites.ReadWrite.All'],
  sharepoint_dl: ['Sites.ReadWrite.All'],
  tasks: ['Tasks.Read'],
  tasks_all: ['Tasks.ReadWrite'],
  presence: ['Presence.Read'],
}

/** What OpenID Connect asks for; it belongs to no API and never gets an API's prefix. */
const OF_SIGN_IN = new Set(['openid', 'profile', 'email', 'offline_access', 'address', 'phone'])

/**
 * The scopes as the authorization server takes them: helper names become what they stand for, and everything gets the
 * prefix of the API. What names a resource itself (`https://…`), has the prefix already, or belongs to the sign-in
 * (`openid`, `offline_access`) stays as it is. Each once, in order.
 *
 * @example
 * ```ts
 * import { expandScopes } from '@evergrant/microsoft365'
 *
 * expandScopes(['message_all', 'Files.Read'], 'https://graph.microsoft.com/')
 * // https://graph.microsoft.com/Mail.ReadWrite, …/Mail.Send, …/Files.Read
 * ```
 */
export function expandScopes(requested: string | readonly string[], prefix = ''): string[] {
  const names = typeof requested === 'string' ? requested.split(/\s+/) : requested
  const expanded = names
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .flatMap((name) => (isHelper(name) ? [...scopeHelpers[name]] : [name]))
  return [...new Set(expanded.map((name) => prefixed(name, prefix)))]
}

/** Whether a scope is OpenID Connect's and no API's. */
export function isOfSignIn(name: string): boolean {
  return OF_SIGN_IN.has(name)
}

/**
 * Whether the token that comes for these scopes is for the API with this prefix: where several APIs are asked for at once,
 * Microsoft sends the first one's.
 */
export function isFor(scopes: readonly string[], prefix: string): boolean {
  const first = scopes.find((name) => name !== '' && !OF_SIGN_IN.has(name))
  return first?.startsWith(prefix) ?? false
}

function isHelper(name: string): name is ScopeHelper {
  return Object.hasOwn(scopeHelpers, name)
}

function prefixed(name: string, prefix: string): string {
  const whole = OF_SIGN_IN.has(name) || name.includes('://') || (prefix !== '' && name.startsWith(prefix))
  return whole ? name : prefix + name
}
