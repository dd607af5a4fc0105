import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import {
  Account,
  expandScopes,
  ianaTimeZone,
  MSBusinessCentral365Protocol,
  MSGraphProtocol,
  MSOffice365Protocol,
  Protocol,
  resourcePath,
  scopeHelpers,
  windowsTimeZone,
} from '@evergrant/microsoft365'

test('[#102] each helper name stands for its permissions', () => {
  const table: Record<string, string> = {
    basic: 'User.Read',
    mailbox: 'Mail.Read',
    mailbox_shared: 'Mail.Read.Shared',
    mailbox_settings: 'MailboxSettings.ReadWrite',
    settings_all: 'MailboxSettings.ReadWrite',
    message_send: 'Mail.Send',
    message_send_shared: 'Mail.Send.Shared',
    message_all: 'Mail.ReadWrite Mail.Send',
    message_all_shared: 'Mail.ReadWrite.Shared Mail.Send.Shared',
    address_book: 'Contacts.Read',
    address_book_shared: 'Contacts.Read.Shared',
    address_book_all: 'Contacts.ReadWrite',
    address_book_all_shared: 'Contacts.ReadWrite.Shared',
    calendar: 'Calendars.Read',
    calendar_shared: 'Calendars.Read.Shared',
    calendar_all: 'Calendars.ReadWrite',
    calendar_shared_all: 'Calendars.ReadWrite.Shared',
    users: 'User.ReadBasic.All',
    onedrive: 'Files.Read.All',
    onedrive_all: 'Files.ReadWrite.All',
    sharepoint: 'Sites.Read.All',
    sharepoint_all: 'Sites.ReadWrite.All',
    sharepoint_dl: 'Sites.ReadWrite.All',
    tasks: 'Tasks.Read',
    tasks_all: 'Tasks.ReadWrite',
    presence: 'Presence.Read',
  }
  assert.deepEqual(Object.keys(scopeHelpers).sort(), Object.keys(table).sort())
  for (const [name, scopes] of Object.entries(table)) {
    const expected = scopes.split(' ').map((scope) => `https://graph.microsoft.com/${scope}`)
    assert.deepEqual(new MSGraphProtocol().scopes([name]), expected)
  }
})

test('[#102] the guide lists every helper name with what it stands for', async () => {
  const guide = await readFile(new URL('../../../docs/guides/from-python-o365-py-ews-msal.md', import.meta.url), 'utf8')
  for (const [name, scopes] of Object.entries(scopeHelpers))
    assert.ok(guide.includes(`| \`${name}\` | ${scopes.map((scope) => `\`${scope}\``).join(', ')} |`), name)
})

test('[#102] [#26] prefixes: once, not on whole addresses, not on those of the sign-in', () => {
  const prefix = 'https://graph.microsoft.com/'
  const asked = [
    'Mail.Read',
    `${prefix}Mail.Read`,
    'offline_access',
    'openid',
    'https://outlook.office.com/SMTP.Send',
    'toString',
  ]
  assert.deepEqual(expandScopes(asked, prefix), [
    `${prefix}Mail.Read`,
    'offline_access',
    'openid',
    'https://outlook.office.com/SMTP.Send',
    `${prefix}toString`,
  ])
  assert.deepEqual(expandScopes('basic  Mail.Send'), ['User.Read', 'Mail.Send'])
})

test('[#101] resources by their short names; nobody for a program that acts on its own behalf', () => {
  const paths: Record<string, string> = {
    me: 'me',
    'shared@contoso.com': 'users/shared@contoso.com',
    'user:shared@contoso.com': 'users/shared@contoso.com',
    'group:0a1b': 'groups/0a1b',
    'site:contoso.sharepoint.com,1,2': 'sites/contoso.sharepoint.com,1,2',
    'users/shared@contoso.com': 'users/shared@contoso.com',
    '/users/x y/': 'users/x%20y',
    '': '',
  }
  for (const [resource, path] of Object.entries(paths)) assert.equal(resourcePath(resource), path)
  for (const wrong of ['../admin', 'user:', 'users//x', 'users/..'])
    assert.throws(() => resourcePath(wrong), { code: 'INVALID_ARGUMENT' })
  assert.equal(resourcePath('me?$select=x#y'), 'me%3F$select%3Dx%23y')
  const account = new Account(['id', 'secret'], { mainResource: 'shared@contoso.com' })
  assert.equal(account.url('messages'), 'https://graph.microsoft.com/v1.0/users/shared@contoso.com/messages')
  assert.equal(account.url('messages', 'group:g'), 'https://graph.microsoft.com/v1.0/groups/g/messages')
  assert.equal(account.url('/users'), 'https://graph.microsoft.com/v1.0/users')
  const app = new Account(['id', 'secret'], { authFlowType: 'credentials', tenantId: 'contoso.com' })
  assert.equal(app.url('users'), 'https://graph.microsoft.com/v1.0/users')
})

test('[#104] [#105] each protocol has its address, its prefix and its spelling', () => {
  const graph = new MSGraphProtocol()
  assert.equal(graph.graphUrl, 'https://graph.microsoft.com/v1.0/')
  assert.equal(new MSGraphProtocol({ apiVersion: 'beta' }).graphUrl, 'https://graph.microsoft.com/beta/')
  assert.equal(
    new MSGraphProtocol({ host: 'https://graph.microsoft.us' }).appScope,
    'https://graph.microsoft.us/.default',
  )
  assert.equal(graph.name('DisplayName'), 'displayName')
  const outlook = new MSOffice365Protocol()
  assert.equal(outlook.serviceUrl, 'https://outlook.office.com/api/v2.0/')
  assert.deepEqual(outlook.scopes('mailbox'), ['https://outlook.office.com/Mail.Read'])
  assert.equal(outlook.name('displayName'), 'DisplayName')
  const central = new MSBusinessCentral365Protocol()
  assert.equal(central.url('companies'), 'https://api.businesscentral.dynamics.com/v1.0/api/v1.0/companies')
  const production = new MSBusinessCentral365Protocol({ environment: 'production', apiVersion: 'v2.0' })
  assert.equal(production.serviceUrl, 'https://api.businesscentral.dynamics.com/v2.0/production/api/v2.0/')
  assert.equal(production.appScope, 'https://api.businesscentral.dynamics.com/.default')
  const own = new Protocol({ protocolUrl: 'https://api.contoso.com', apiVersion: 'v3', scopePrefix: 'api://x/' })
  assert.equal(own.url('things', ''), 'https://api.contoso.com/v3/things')
  assert.throws(() => new Protocol({ protocolUrl: 'http://api.contoso.com' }), { code: 'INSECURE_URL' })
})

test('[#106] a zone by either of its names, and a wrong one is told', () => {
  assert.equal(windowsTimeZone('America/New_York'), 'Eastern Standard Time')
  assert.equal(windowsTimeZone('asia/calcutta'), 'India Standard Time')
  assert.equal(windowsTimeZone('Pacific Standard Time'), 'Pacific Standard Time')
  assert.equal(windowsTimeZone('Europe/Zurich'), 'W. Europe Standard Time')
  assert.equal(ianaTimeZone('w. europe standard time'), 'Europe/Berlin')
  assert.equal(ianaTimeZone('Europe/Zurich'), 'Europe/Zurich')
  assert.throws(() => windowsTimeZone('Mars/Olympus'), { code: 'INVALID_ARGUMENT', message: /Europe\/Berlin/ })
  // Hardly any zone of this runtime has no Windows name.
  const without = Intl.supportedValuesOf('timeZone').filter((zone) => {
    try {
      return windowsTimeZone(zone) === ''
    } catch {
      return true
    }
  })
  assert.ok(without.length < 10, without.join(', '))
  assert.throws(() => new MSGraphProtocol({ timezone: 'nowhere' }), { code: 'INVALID_ARGUMENT' })
})

test('every time zone that this runtime knows can be given; an empty name is none', () => {
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    assert.ok(new MSGraphProtocol({ timezone: zone }).timezonePreference)
    assert.ok(ianaTimeZone(zone))
  }
  const named = { GMT: 'UTC', EST: 'SA Pacific Standard Time', mst: 'US Mountain Standard Time' }
  for (const [name, windows] of Object.entries(named)) assert.equal(windowsTimeZone(name), windows)
  assert.equal(windowsTimeZone('America/Coyhaique'), 'Magallanes Standard Time')
  assert.equal(windowsTimeZone('antarctica/troll'), 'Antarctica/Troll')
  for (const zone of ['', ' ', '+05:00', 'constructor']) {
    assert.throws(() => windowsTimeZone(zone), { code: 'INVALID_ARGUMENT' })
    assert.throws(() => ianaTimeZone(zone), { code: 'INVALID_ARGUMENT' })
  }
})

test('a site is named by its path, with plain slashes', () => {
  const site = 'site:contoso.sharepoint.com:/sites/my team'
  const of = (path: string): string => new MSGraphProtocol().url(path, site)
  assert.equal(of(''), 'https://graph.microsoft.com/v1.0/sites/contoso.sharepoint.com:/sites/my%20team')
  assert.equal(of('lists'), 'https://graph.microsoft.com/v1.0/sites/contoso.sharepoint.com:/sites/my%20team:/lists')
  assert.throws(() => resourcePath('site:a.test:/../x'), {
    code: 'INVALID_ARGUMENT',
  })
})
