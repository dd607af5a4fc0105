import type { Locator, Page } from 'playwright-core'
import { loadLanguage, type Texts } from '../src/languages/languages.ts'
import { administrator, client, type Stage } from './stage.ts'

const { texts: english } = await loadLanguage('en')

/** What a person does on the page, by the words that they see. */

export async function setUp(page: Page, stage: Stage): Promise<void> {
  await page.goto(stage.setupLink)
  await page.getByLabel('Name').fill(administrator.name)
  await page.getByRole('textbox', { name: 'Password' }).fill(administrator.password)
  await page.getByRole('button', { name: 'Create administrator' }).click()
  await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
}

export async function signIn(page: Page, { session, shell }: Texts = english): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel(session.name).fill(administrator.name)
  await page.getByRole('textbox', { name: session.password }).fill(administrator.password)
  await page.getByRole('button', { name: session.signIn, exact: true }).click()
  await page.getByRole('navigation', { name: shell.main }).waitFor()
}

/** Adds a connection to the stage's own provider, and registers its redirect URI there, as the page asks for. */
export async function addConnection(page: Page, stage: Stage, name: string): Promise<void> {
  await page.goto('/settings/connections/new')
  await page.getByRole('combobox', { name: 'Provider' }).click()
  await page.getByRole('option', { name: /OpenID Connect|any issuer|generic/i }).click()
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Client id').fill(client.client_id)
  await page.getByRole('textbox', { name: 'Client secret' }).fill(client.client_secret)
  await page.getByLabel('Issuer').fill(stage.sandbox.issuer)
  await page.getByLabel('Scopes').fill('offline_access mail.read')
  await page.getByRole('button', { name: 'Save connection' }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
  const redirectUri = await page.getByRole('region', { name: 'Redirect URI' }).first().innerText()
  stage.sandbox.registerClient({ ...client, redirect_uris: [redirectUri.trim()] })
}

/** Makes an account and stops on the page that says what will be allowed. */
export async function addAccount(page: Page, hint: string): Promise<void> {
  await page.goto('/accounts')
  await page.getByRole('link', { name: 'Add account' }).click()
  await page.getByLabel('E-mail address or user name').fill(hint)
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('heading', { name: `Connect ${hint}` }).waitFor()
}

export const accountId = (page: Page): string => /\/accounts\/([^/]+)/.exec(page.url())?.[1] ?? ''

/** Clicks what opens the provider's window, and gives the window. */
export async function openWindow(page: Page, button: string | RegExp): Promise<Page> {
  const [opened] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('button', { name: button }).first().click(),
  ])
  await opened.getByRole('button', { name: 'Allow' }).waitFor()
  return opened
}

/** A whole connection, for tests that are about what comes after it. */
export async function connectAccount(page: Page, hint: string): Promise<string> {
  await addAccount(page, hint)
  const opened = await openWindow(page, /^Continue to/)
  await opened.getByRole('button', { name: 'Allow' }).click()
  await page.getByText(/ is connected$/).waitFor()
  return accountId(page)
}

/** Makes an API key for an account, on its page; the key. */
export async function addProgram(page: Page, account: string, name: string): Promise<string> {
  await page.goto(`/accounts/${account}`)
  await page.getByRole('tab', { name: 'Programs' }).click()
  await page.getByRole('button', { name: 'Add a program' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill(name)
  await prove(dialog)
  await dialog.getByRole('button', { name: 'Create API key' }).click()
  const key = (await dialog.getByRole('region', { name: 'API key' }).innerText()).trim()
  await dialog.getByRole('button', { name: 'I have stored it' }).click()
  await dialog.waitFor({ state: 'detached' })
  return key
}

/** Invites somebody as a member; the link that they are to get. */
export async function invite(page: Page, name: string, email = ''): Promise<string> {
  await page.goto('/settings/people')
  await page.getByRole('button', { name: 'Invite' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByLabel('E-mail address').fill(email)
  await dialog.getByRole('button', { name: 'Invite' }).click()
  const link = (await dialog.getByRole('region', { name: 'Link' }).innerText()).trim()
  await dialog.getByRole('button', { name: 'I have copied it' }).click()
  await dialog.waitFor({ state: 'detached' })
  return link
}

/** Chooses a password by a link, and is signed in then. */
export async function acceptLink(page: Page, link: string, password: string): Promise<void> {
  await page.goto(link)
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.getByRole('button', { name: 'Choose password and sign in' }).click()
  await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
}

/** Proves who sits there, in the dialog or form that asks for it. */
export async function prove(
  where: Page | Locator,
  { session }: Texts = english,
  password: string = administrator.password,
): Promise<void> {
  await where.getByRole('textbox', { name: session.ownPassword }).fill(password)
}

/** On the page of a connection: lets people sign in with it, by the domain of their address if there is one. */
export async function allowSignIn(page: Page, domain = ''): Promise<void> {
  await page.getByRole('switch', { name: 'Let people sign in with this connection' }).check()
  if (domain) {
    await page.getByRole('radio', { name: 'Also everybody with an address of our organisation' }).check()
    await page.getByLabel('What comes after the @').fill(domain)
  }
  await prove(page)
  await saveConnection(page)
}

/** Saves what was changed on the page of a connection, and waits until the server has it. */
export async function saveConnection(page: Page): Promise<void> {
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'PATCH'),
    page.getByRole('button', { name: 'Save changes' }).click(),
  ])
  if (!answer.ok()) throw new Error(`Saving was answered with ${answer.status()}`)
}
