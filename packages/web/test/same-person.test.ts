import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { loadLanguage } from '../src/languages/languages.ts'
import { assertAccessible, assertFits } from './looks.ts'
import { openStage, type Stage, type Visit, visit } from './stage.ts'
import { accountId, addAccount, addConnection, connectAccount, openWindow, setUp, signIn } from './steps.ts'

const { texts: german } = await loadLanguage('de')
let stage: Stage
let owner: Visit

before(async () => {
  stage = await openStage()
  owner = await visit(stage)
  await setUp(owner.page, stage)
  await addConnection(owner.page, stage, 'Test provider')
})
after(() => stage[Symbol.asyncDispose]())

/** Connects somebody once more, up to the question of what is to become of it. */
async function connectAgain(page: Page, hint: string): Promise<Page> {
  await addAccount(page, hint)
  const opened = await openWindow(page, /^Continue to/)
  await opened.getByRole('button', { name: 'Allow' }).click()
  await opened.getByRole('heading', { name: 'This account is connected already' }).waitFor()
  return opened
}

test('an account that is connected already is replaced: the window closes, and the first one shows the account that was there', async () => {
  const { page, complaints } = owner
  const first = await connectAccount(page, 'alice@sandbox.example')
  const opened = await connectAgain(page, 'alice@sandbox.example')
  await assertAccessible(opened)
  const closed = opened.waitForEvent('close')
  await opened.getByRole('button', { name: 'Replace the existing one' }).press('Enter')
  await opened.getByText('has the new permission now').waitFor()
  await page.waitForURL(`**/accounts/${first}`)
  await page.getByText('This account was connected already. It has the new permission now.').waitFor()
  await closed
  await page.goto('/accounts')
  await page.locator('[data-state]').first().waitFor()
  assert.equal(await page.locator('[data-state]').count(), 1)
  assert.deepEqual(complaints.splice(0), [])
})

test('both are kept when that is what is chosen', async () => {
  const { page, complaints } = owner
  const opened = await connectAgain(page, 'alice@sandbox.example')
  const second = accountId(page)
  await opened.getByRole('button', { name: 'Keep both' }).click()
  await opened.getByText('is connected through Test provider').waitFor()
  await page.getByText('alice@sandbox.example is connected', { exact: true }).waitFor()
  assert.equal(accountId(page), second)
  assert.deepEqual(complaints.splice(0), [])
})

test('[#147] the question fits a small phone, in German and in the dark', async () => {
  const options = { locale: 'de-DE', colorScheme: 'dark', viewport: { width: 360, height: 740 } } as const
  const { page, context } = await visit(stage, options)
  await signIn(page, german)
  await page.goto('/accounts/new')
  await page.getByRole('textbox').first().fill('alice@sandbox.example')
  await page.getByRole('button', { name: german.accounts.next }).click()
  // “Weiter” alone is the button of the page before.
  const opened = await openWindow(page, /^Weiter zu/)
  await opened.getByRole('button', { name: 'Allow' }).click()
  await opened.getByRole('heading', { name: 'Dieses Konto ist schon verbunden' }).waitFor()
  await assertAccessible(opened)
  await assertFits(opened)
  const { EVERGRANT_SHOTS: folder } = process.env
  if (folder !== undefined) await opened.screenshot({ path: `${folder}/same-person.png` })
  await context.close()
})
