import type { Page } from 'playwright-core'
import type { Texts } from '../src/languages/languages.ts'
import type { Stage } from './stage.ts'
import { addAccount, addConnection, addProgram, allowSignIn, connectAccount, invite, setUp } from './steps.ts'

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

  const tab =
    (name: keyof Texts['accounts']['tabs']) =>
    async (page: Page, { accounts }: Texts) => {
      await page.getByRole('tab', { name: accounts.tabs[name] }).click()
      await page.getByRole('tabpanel').waitFor()
    }
  return [
    { name: 'sign-in', path: '/sign-in', ready: heading(({ session }) => session.signInTitle), signedOut: true },
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
      ready: async (page, { people }) => {
        await personTask(page, people.actions({ name: 'Ben' }), people.newLink)
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
  await page.evaluate(
    async (path) => {
      const body = JSON.stringify({ client_secret: `entered-before-it-is-active-${Date.now()}`, former_secret: {} })
      const headers = { 'x-evergrant': '1', 'content-type': 'application/json' }
      await fetch(path, { method: 'PATCH', headers, body })
    },
    `/v1${connection.replace('/settings', '')}`,
  )
}
