import type { Page } from 'playwright-core'
import type { Stage } from './stage.ts'
import { addAccount, addConnection, connectAccount, setUp } from './steps.ts'

/** A screen of the page: how to get there, and what shows that it is complete. */
export interface Screen {
  readonly name: string
  readonly path: string
  readonly ready: (page: Page) => Promise<void>
  readonly signedOut?: true
}

const heading = (name: string | RegExp) => (page: Page) => page.getByRole('heading', { name, level: 1 }).waitFor()

/** Fills a stage with one of everything, and names all screens. */
export async function allScreens(page: Page, stage: Stage): Promise<readonly Screen[]> {
  await setUp(page, stage)
  await addConnection(page, stage, 'Company mail')
  const connection = new URL(page.url()).pathname
  const working = await connectAccount(page, 'alice@sandbox.example')
  const ended = await connectAccount(page, 'bob@sandbox.example')
  const family = stage.sandbox.families().at(-1)
  if (family) await stage.sandbox.revokeGrant(family.id)
  await page.goto(`/accounts/${ended}`)
  await page.getByRole('button', { name: 'Refresh now' }).click()
  await page.locator('[data-state=needs_consent]').waitFor()
  await addAccount(page, 'carol@sandbox.example')
  const fresh = new URL(page.url()).pathname

  const tab = (name: string) => async (page: Page) => {
    await page.getByRole('tab', { name }).click()
    await page.getByRole('tabpanel').waitFor()
  }
  return [
    { name: 'sign-in', path: '/sign-in', ready: heading('Sign in'), signedOut: true },
    { name: 'set-up-already', path: '/setup#token=x', ready: heading('Set up Evergrant'), signedOut: true },
    { name: 'accounts', path: '/', ready: (page) => page.locator('[data-state]').first().waitFor() },
    {
      name: 'new-account',
      path: '/accounts/new',
      ready: (page) => page.getByRole('button', { name: 'Next' }).waitFor(),
    },
    { name: 'connect', path: fresh, ready: (page) => page.getByText('How to undo it').waitFor() },
    { name: 'account', path: `/accounts/${working}`, ready: (page) => page.getByText('Permissions').waitFor() },
    { name: 'account-use', path: `/accounts/${working}`, ready: tab('Use it') },
    { name: 'account-history', path: `/accounts/${working}`, ready: tab('History') },
    { name: 'account-technical', path: `/accounts/${working}`, ready: tab('Technical') },
    { name: 'account-ended', path: `/accounts/${ended}`, ready: (page) => page.getByText('Permissions').waitFor() },
    {
      name: 'account-remove',
      path: `/accounts/${working}`,
      ready: async (page) => {
        await page.getByRole('button', { name: 'Remove' }).click()
        await page.getByRole('dialog').waitFor()
      },
    },
    { name: 'connections', path: '/settings/connections', ready: (page) => page.getByText('Company mail').waitFor() },
    {
      name: 'new-connection',
      path: '/settings/connections/new',
      ready: (page) => page.getByRole('combobox', { name: 'Provider' }).waitFor(),
    },
    {
      name: 'connection',
      path: connection,
      ready: async (page) => {
        await page.getByRole('button', { name: 'Check now' }).click()
        await page.getByRole('button', { name: 'Check again' }).waitFor()
      },
    },
    { name: 'api-keys', path: '/settings/api-keys', ready: heading('API keys') },
    {
      name: 'new-api-key',
      path: '/settings/api-keys',
      ready: async (page) => {
        await page.getByRole('button', { name: 'Create API key' }).click()
        await page.getByRole('dialog').getByLabel('Name').waitFor()
      },
    },
    { name: 'nothing-there', path: '/nothing/there', ready: heading('There is nothing at this address') },
  ]
}
