import type { Page } from 'playwright-core'
import type { Texts } from '../src/languages/languages.ts'
import type { Stage } from './stage.ts'
import {
  accountId,
  addAccount,
  addConnection,
  addProgram,
  allowSignIn,
  connectAccount,
  invite,
  openWindow,
  prove,
  setUp,
} from './steps.ts'

/** A screen of the page: how to get there, and what shows that it is complete. */
export interface Screen {
  readonly name: string
  readonly path: string
  readonly ready: (page: Page, texts: Texts) => Promise<void>
  readonly signedOut?: true
}

const heading = (name: (texts: Texts) => string) => (page: Page, texts: Texts) =>
  page.getByRole('heading', { name: name(texts), level: 1 }).waitFor()

async function personTask(page: Page, menu: string, task: string): Promise<void> {
  await page.getByRole('button', { name: menu }).click()
  await page.getByRole('menuitem', { name: task }).click()
}

/** Fills a stage with one of everything, and names all screens. */
export async function allScreens(page: Page, stage: Stage): Promise<readonly Screen[]> {
  await setUp(page, stage)
  await addConnection(page, stage, 'Company mail')
  const connection = new URL(page.url()).pathname
  await allowSignIn(page, 'example.test')
  await invite(page, 'Ben', 'ben@example.test')
  // Nobody makes a new one for them, so that it holds.
  const invitation = new URL(await invite(page, 'Cleo', 'cleo@example.test'))
  const working = await connectAccount(page, 'alice@sandbox.example')
  const ended = await connectAccount(page, 'bob@sandbox.example')
  const family = stage.sandbox.families().at(-1)
  if (family) await stage.sandbox.revokeGrant(family.id)
  await page.goto(`/accounts/${ended}`)
  await page.getByRole('button', { name: 'Refresh now' }).click()
  await page.locator('[data-state=needs_consent]').waitFor()
  await addProgram(page, working, 'Invoice mailer')
  await addAccount(page, 'carol@sandbox.example')
  const fresh = new URL(page.url()).pathname
  // Somebody else signed in for it than it was added for.
  await addAccount(page, 'dora@sandbox.example')
  const other = accountId(page)
  const opened = await openWindow(page, /^Continue to/)
  await opened.getByRole('textbox', { name: 'E-mail address of someone else' }).fill('dan@sandbox.example')
  await opened.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('That is another account').waitFor()
  const asked = fresh.split('/')[2] ?? ''
  const { webhook } = await callApi(page, 'POST', '/v1/webhooks', { url: 'http://127.0.0.1:9/hook' })
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  const newLink = async (): Promise<string> => {
    const headers = { cookie, 'x-evergrant': '1' }
    const made = await fetch(`${stage.url}/v1/accounts/${asked}/connect-link`, { method: 'POST', headers })
    return ((await made.json()) as { link: string }).link
  }

  const tab =
    (name: keyof Texts['accounts']['tabs']) =>
    async (page: Page, { accounts }: Texts) => {
      await page.getByRole('tab', { name: accounts.tabs[name] }).click()
      await page.getByRole('tabpanel').waitFor()
    }
  return [
    { name: 'sign-in', path: '/sign-in', ready: heading(({ session }) => session.signInTitle), signedOut: true },
    {
      name: 'forgotten-password',
      path: '/sign-in',
      ready: async (page, { session }) => {
        await page.getByRole('button', { name: session.forgot }).click()
        await page.getByText(session.forgotRun).waitFor()
      },
      signedOut: true,
    },
    {
      name: 'set-up-already',
      path: '/setup#token=x',
      ready: heading(({ session }) => session.setupTitle),
      signedOut: true,
    },
    { name: 'overview', path: '/', ready: (page, { overview }) => page.getByText(overview.asTable).waitFor() },
    { name: 'accounts', path: '/accounts', ready: (page) => page.locator('[data-state]').first().waitFor() },
    {
      name: 'new-account',
      path: '/accounts/new',
      ready: (page, { accounts }) => page.getByRole('button', { name: accounts.next }).waitFor(),
    },
    { name: 'connect', path: fresh, ready: (page, { accounts }) => page.getByText(accounts.undo).waitFor() },
    {
      name: 'account',
      path: `/accounts/${working}`,
      ready: (page, { accounts }) => page.getByText(accounts.permissions).waitFor(),
    },
    {
      name: 'account-programs',
      path: `/accounts/${working}`,
      ready: async (page, texts) => {
        await tab('programs')(page, texts)
        await page.getByText('Invoice mailer').waitFor()
      },
    },
    { name: 'account-history', path: `/accounts/${working}`, ready: tab('history') },
    { name: 'account-technical', path: `/accounts/${working}`, ready: tab('technical') },
    {
      name: 'account-ended',
      path: `/accounts/${ended}`,
      ready: (page, { accounts }) => page.getByText(accounts.permissions).waitFor(),
    },
    {
      name: 'account-remove',
      path: `/accounts/${working}`,
      ready: async (page, { accounts }) => {
        await page.getByRole('button', { name: accounts.remove }).click()
        await page.getByRole('dialog').waitFor()
      },
    },
    {
      name: 'account-mail',
      path: `/accounts/${working}`,
      ready: async (page, texts) => {
        await tab('mail')(page, texts)
        await page.getByRole('button', { name: texts.mail.verify }).waitFor()
      },
    },
    {
      name: 'account-another-person',
      path: `/accounts/${other}`,
      ready: (page, { links }) => page.getByText(links.otherTitle).waitFor(),
    },
    {
      name: 'account-ask-somebody',
      path: `/accounts/${asked}`,
      ready: async (page, { links }) => {
        await page.getByRole('button', { name: links.ask }).click()
        await page.getByRole('dialog').getByLabel(links.noteField).waitFor()
      },
    },
    {
      name: 'accounts-chosen',
      path: '/accounts',
      ready: async (page, { accounts }) => {
        await page.getByRole('checkbox').nth(1).check()
        await page.getByRole('region', { name: accounts.chosen({ count: 1 }) }).waitFor()
      },
    },
    {
      name: 'connect-link',
      path: '/connect',
      ready: async (page, { links }) => {
        await page.goto(await newLink())
        await page.getByText(links.askedBy, { exact: true }).waitFor()
      },
      signedOut: true,
    },
    {
      name: 'notices',
      path: '/settings/api-keys',
      ready: async (page, { notices }) => {
        // Its name tells how many of them are new.
        await page.locator('button:has(.tabler-icon-bell)').click()
        await page.getByRole('dialog', { name: notices.title }).getByRole('listitem').first().waitFor()
      },
    },
    { name: 'webhooks', path: '/settings/webhooks', ready: (page) => page.getByText('127.0.0.1:9').first().waitFor() },
    {
      name: 'webhook',
      path: `/settings/webhooks/${webhook.id}`,
      ready: (page, { webhooks }) => page.getByRole('button', { name: webhooks.newSecret }).waitFor(),
    },
    {
      name: 'new-webhook',
      path: '/settings/webhooks',
      ready: async (page, { webhooks }) => {
        await page.getByRole('button', { name: webhooks.add }).click()
        await page.getByRole('dialog').getByLabel(webhooks.reachSome).check()
      },
    },
    {
      name: 'connection-next-secret',
      path: connection,
      ready: async (page, { connections }) => {
        await page.getByRole('button', { name: connections.replaceSecret }).click()
        await page.getByLabel(connections.overlap).first().waitFor()
      },
    },
    { name: 'connections', path: '/settings/connections', ready: (page) => page.getByText('Company mail').waitFor() },
    {
      name: 'new-connection',
      path: '/settings/connections/new',
      ready: (page, { connections }) => page.getByRole('combobox', { name: connections.provider }).waitFor(),
    },
    {
      name: 'connection',
      path: connection,
      ready: async (page, { connections }) => {
        await page.getByRole('button', { name: connections.check }).click()
        await page.getByRole('button', { name: connections.checkAgain }).waitFor()
      },
    },
    {
      name: 'connection-two-secrets',
      path: connection,
      ready: async (page, { connections }) => {
        await enterNextSecret(page, connection)
        await page.getByRole('button', { name: connections.check }).click()
        await page.getByText(connections.newRefused).waitFor()
      },
    },
    { name: 'api-keys', path: '/settings/api-keys', ready: heading(({ keys }) => keys.title) },
    {
      name: 'new-api-key',
      path: '/settings/api-keys',
      ready: async (page, { keys }) => {
        await page.getByRole('button', { name: keys.create }).click()
        await page.getByRole('dialog').getByLabel(keys.name).waitFor()
      },
    },
    { name: 'people', path: '/settings/people', ready: (page) => page.getByText('Ben', { exact: true }).waitFor() },
    {
      name: 'person-invite',
      path: '/settings/people',
      ready: async (page, { people }) => {
        await page.getByRole('button', { name: people.invite, exact: true }).click()
        await page.getByRole('dialog').getByLabel(people.name).waitFor()
      },
    },
    {
      name: 'person-link',
      path: '/settings/people',
      ready: async (page, texts) => {
        const { people } = texts
        await personTask(page, people.actions({ name: 'Ben' }), people.newLink)
        await prove(page.getByRole('dialog'), texts)
        await page.getByRole('dialog').getByRole('button', { name: people.newLink }).click()
        await page.getByRole('region', { name: people.link }).waitFor()
      },
    },
    {
      name: 'person-remove',
      path: '/settings/people',
      ready: async (page, { people }) => {
        await personTask(page, people.actions({ name: 'Ben' }), people.remove)
        await page.getByRole('dialog').getByText(people.removeNoAccounts).waitFor()
      },
    },
    { name: 'audit', path: '/settings/audit', ready: (page) => page.getByRole('row').nth(5).waitFor() },
    {
      name: 'change-password',
      path: '/settings/api-keys',
      ready: async (page, { session, shell }) => {
        await page.getByRole('button', { name: shell.userMenu }).click()
        await page.getByRole('menuitem', { name: shell.changePassword }).click()
        await page.getByRole('dialog').getByLabel(session.newPassword).first().waitFor()
      },
    },
    {
      name: 'account-reveal',
      path: `/accounts/${working}`,
      ready: async (page, { accounts }) => {
        await page.getByRole('tab', { name: accounts.tabs.technical }).click()
        await page.getByRole('button', { name: accounts.reveal }).click()
        await page.getByRole('dialog').getByLabel(accounts.reason).waitFor()
      },
    },
    {
      name: 'connection-sign-in',
      path: connection,
      ready: (page, { connections }) => page.getByLabel(connections.domains).waitFor(),
    },
    {
      name: 'invitation',
      path: `${invitation.pathname}${invitation.hash}`,
      ready: (page, { session }) => page.getByText(session.invitationFor({ name: 'Cleo' })).waitFor(),
      signedOut: true,
    },
    {
      name: 'sign-in-refused',
      path: '/sign-in?problem=SIGN_IN_OTHER_DOMAIN',
      ready: async (page, { session, signInRefusals }) => {
        await page.getByText(signInRefusals.SIGN_IN_OTHER_DOMAIN.title).waitFor()
        await page.getByRole('button', { name: session.signInWith({ name: 'Company mail' }) }).waitFor()
      },
      signedOut: true,
    },
    { name: 'nothing-there', path: '/nothing/there', ready: heading(({ shared }) => shared.notFoundTitle) },
  ]
}

/** By the API, as the page does it; another one each time, and the one that works stays beside it. */
async function enterNextSecret(page: Page, connection: string): Promise<void> {
  const body = { client_secret: `entered-before-it-is-active-${Date.now()}`, former_secret: {} }
  await callApi(page, 'PATCH', `/v1${connection.replace('/settings', '')}`, body)
}

/** Asks the server as the page does. */
function callApi(
  page: Page,
  method: string,
  path: string,
  asked: object,
): Promise<{ readonly webhook: { readonly id: string } }> {
  return page.evaluate(
    async ([method, path, body]) => {
      const headers = { 'x-evergrant': '1', 'content-type': 'application/json' }
      return (await fetch(path, { method, headers, body })).json()
    },
    [method, path, JSON.stringify(asked)] as const,
  )
}
