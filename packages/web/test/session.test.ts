import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { administrator, openStage, type Stage, visit } from './stage.ts'
import { setUp } from './steps.ts'

let stage: Stage

before(async () => {
  stage = await openStage()
})
after(() => stage[Symbol.asyncDispose]())

test('the first-run link makes the administrator and signs in; without its token it says what is missing', async () => {
  const { page, context, complaints } = await visit(stage)
  await page.goto('/setup')
  await page.getByText('This setup link is incomplete').waitFor()
  await page.goto('about:blank')
  await page.goto(stage.setupLink)
  await page.getByLabel('Name').fill(administrator.name)
  await page.getByRole('textbox', { name: 'Password' }).fill('short')
  await page.getByRole('button', { name: 'Create administrator' }).click()
  await page.getByText(/Use at least \d+ characters/).waitFor()
  await page.goto('about:blank')
  await setUp(page, stage)
  assert.deepEqual(complaints, [])

  await page.goto('about:blank')
  await page.goto(stage.setupLink)
  await page.getByText('This server is set up already').waitFor()
  await context.close()
})

test('a signed-out person signs in and comes back to the page that was asked for', async () => {
  const { page, context } = await visit(stage)
  await page.goto('/settings/api-keys')
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.getByLabel('Name').fill(administrator.name)
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').waitFor()
  await page.getByRole('textbox', { name: 'Password' }).fill(administrator.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor()

  await page.getByRole('button', { name: 'Your menu' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.goto('/settings/api-keys')
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await context.close()
})

test('a session that ends elsewhere leads to sign-in and back', async () => {
  const { page, context } = await visit(stage)
  await page.goto('/settings/connections')
  // All that the page asks by itself: one of them, answered late, would lead to sign-in before the link is followed.
  const asked = ['notices', 'connections', 'connections/sandbox', 'events'].map((path) =>
    page.waitForResponse((response) => new URL(response.url()).pathname === `/v1/${path}` && response.ok()),
  )
  await page.getByLabel('Name').fill(administrator.name)
  await page.getByRole('textbox', { name: 'Password' }).fill(administrator.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Connections', level: 1 }).waitFor()
  await Promise.all(asked)
  await context.clearCookies()
  await page.getByRole('link', { name: 'API keys' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.getByLabel('Name').fill(administrator.name)
  await page.getByRole('textbox', { name: 'Password' }).fill(administrator.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor()
  await context.close()
})

test('a restart of the server shows a quiet banner, and the page recovers by itself', async () => {
  const { page, context } = await visit(stage)
  await page.goto('/sign-in')
  await page.getByLabel('Name').fill(administrator.name)
  await page.getByRole('textbox', { name: 'Password' }).fill(administrator.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
  const banner = page.getByText(/No connection to the server/)
  await stage.restart(() => banner.waitFor())
  await banner.waitFor({ state: 'detached' })
  await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
  await context.close()
})

test('light and dark follow the system until the person chooses', async () => {
  const { page, context } = await visit(stage, { colorScheme: 'dark' })
  const scheme = () => page.locator('html').getAttribute('data-mantine-color-scheme')
  await page.goto('/sign-in')
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  assert.equal(await scheme(), 'dark')
  await page.getByRole('button', { name: 'Use light colours' }).click()
  assert.equal(await scheme(), 'light')
  await page.reload()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  assert.equal(await scheme(), 'light')
  await context.close()
})
