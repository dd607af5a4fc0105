/** What the window that waits says when something else came of a consent than it was for. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { openStage, type Stage, type Visit, visit } from './stage.ts'
import { accountId, addAccount, addConnection, connectAccount, openWindow, setUp } from './steps.ts'

let stage: Stage
let owner: Visit

before(async () => {
  stage = await openStage()
  owner = await visit(stage)
  await setUp(owner.page, stage)
  await addConnection(owner.page, stage, 'Company mail')
})
after(() => stage[Symbol.asyncDispose]())

/** Says yes at the provider, as somebody. */
async function allowAs(opened: Page, address: string): Promise<void> {
  await opened.getByRole('radio', { name: /Someone else/ }).check()
  await opened.getByRole('textbox', { name: 'E-mail address of someone else' }).fill(address)
  await opened.getByRole('button', { name: 'Allow' }).click()
}

async function looked(page: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  assert.deepEqual(
    violations.map(({ id }) => id),
    [],
  )
  const pictures = process.env['PICTURES']
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
}

test('[#44] what was left out is told where the person waits, with the way to get it', async () => {
  const { page } = owner
  await addAccount(page, 'anna@sandbox.example')
  const opened = await openWindow(page, /^Continue to/)
  await opened.getByRole('checkbox', { name: /mail\.read/ }).uncheck()
  await opened.getByRole('button', { name: 'Allow' }).click()
  const told = page.getByRole('status').filter({ hasText: 'anna@sandbox.example is connected, but something was left' })
  await told.waitFor()
  assert.match(await told.innerText(), /asked for and not allowed:\s*mail\.read/)
  await looked(page, 'partly')
  await opened.close()
  const again = await openWindow(page, 'Start again')
  await again.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('anna@sandbox.example is connected', { exact: true }).waitFor()
})

test('[#44] a wrong account is told where the person waits, although the account works on', async () => {
  const { page } = owner
  const id = await connectAccount(page, 'berta@sandbox.example')
  await page.goto(`/accounts/${id}`)
  const opened = await openWindow(page, 'Reconnect')
  // Nothing but the server tells of it.
  await opened.addInitScript(() => {
    Object.assign(window, { BroadcastChannel: undefined, opener: null })
  })
  await allowAs(opened, 'carl@sandbox.example')
  const told = page.getByRole('status').filter({ hasText: 'That was another account' })
  await told.waitFor()
  assert.match(await told.innerText(), /You signed in as carl@sandbox\.example, but this account belongs to berta@sand/)
  await told.getByRole('link', { name: 'Add as a new account' }).waitFor()
  await looked(page, 'wrong-account')
  await opened.close()
  const again = await openWindow(page, 'Start again')
  await again.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('berta@sandbox.example is connected', { exact: true }).waitFor()
})

test('who signs in as somebody else than the account was added for tries again, or keeps that', async () => {
  const { page } = owner
  await addAccount(page, 'dora@sandbox.example')
  const id = accountId(page)
  const opened = await openWindow(page, /^Continue to/)
  await allowAs(opened, 'emil@sandbox.example')
  await opened.getByRole('heading', { name: 'That is another account' }).waitFor()
  const told = page.getByRole('status').filter({ hasText: 'but this account was added for dora@sandbox.example' })
  await told.waitFor()
  assert.equal(await page.getByText('emil@sandbox.example is connected').count(), 0)
  await looked(page, 'another-person')
  await opened.close()
  const again = await openWindow(page, 'Try again as dora@sandbox.example')
  await again.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('dora@sandbox.example is connected', { exact: true }).waitFor()
  assert.equal(accountId(page), id)

  await addAccount(page, 'fritz@sandbox.example')
  const second = await openWindow(page, /^Continue to/)
  await allowAs(second, 'gerd@sandbox.example')
  const keep = page.getByRole('button', { name: 'Keep gerd@sandbox.example' })
  await keep.waitFor()
  const list = await page.context().newPage()
  await list.goto('/accounts')
  const row = list.getByRole('listitem').filter({ hasText: 'gerd@sandbox.example' })
  await row.getByText('Another person', { exact: true }).waitFor()
  await looked(list, 'another-person-in-the-list')
  await keep.click()
  await page.getByText('gerd@sandbox.example is connected', { exact: true }).waitFor()
  await row.getByText('Another person', { exact: true }).waitFor({ state: 'detached' })
  await list.close()
  await second.close()
})

test('whoever made a link renews the account that the person has already', async () => {
  const { page } = owner
  const first = await connectAccount(page, 'hanna@sandbox.example')
  await addAccount(page, 'hanna@sandbox.example')
  await page.goto(page.url().replace(/\/connect$/, ''))
  await page.getByRole('button', { name: 'Ask somebody else' }).click()
  await page.getByRole('button', { name: 'Make the link' }).click()
  const link = (await page.getByRole('region', { name: 'Link' }).innerText()).trim()
  await page.getByRole('button', { name: 'Done' }).click()
  const hanna = await visit(stage, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' })
  await hanna.page.goto(link)
  await hanna.page.getByRole('button', { name: /^Continue to/ }).click()
  await hanna.page.getByRole('button', { name: 'Deny' }).click()
  await hanna.page.getByText('Your link still works').waitFor()
  await looked(hanna.page, 'link-declined')
  await hanna.page.getByRole('link', { name: 'Start again' }).click()
  await hanna.page.getByRole('button', { name: /^Continue to/ }).click()
  await hanna.page.getByRole('button', { name: 'Allow' }).click()
  await hanna.page.getByRole('heading', { name: 'Waiting for confirmation' }).waitFor()
  await looked(hanna.page, 'link-pending')
  await hanna.context.close()

  await page.getByText('hanna@sandbox.example is connected here already').waitFor()
  await looked(page, 'link-same-person')
  await page.getByRole('button', { name: 'Yes, and renew the existing one' }).click()
  await page.waitForURL(`**/accounts/${first}`)
  await page.locator('[data-state=ok]').first().waitFor()
})
