import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { loadLanguage } from '../src/languages/languages.ts'
import { assertAccessible } from './looks.ts'
import { openStage, type Stage, type Visit, visit } from './stage.ts'
import { addConnection, setUp, signIn } from './steps.ts'

const { texts: german } = await loadLanguage('de')
let stage: Stage
let admin: Visit

before(async () => {
  stage = await openStage()
  admin = await visit(stage)
  await setUp(admin.page, stage)
})
after(() => stage[Symbol.asyncDispose]())

test('a new connection is checked and tried where it was made: consent, test and outcome, and the account can go again', async () => {
  const { page, complaints } = admin
  await addConnection(page, stage, 'Tried')
  const address = page.url()
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByText('Everything that can be checked is in order.').waitFor()
  await page.getByRole('button', { name: 'Try it with my account' }).click()
  const [opened] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('button', { name: /^Continue to/ }).click(),
  ])
  await page.getByText('Waiting for consent').first().waitFor()
  await opened.getByRole('button', { name: 'Allow' }).click()
  await page.getByRole('status').filter({ hasText: 'is connected' }).waitFor()
  await page.getByText('The test passed').waitFor()
  assert.equal(page.url(), address, 'all of it on the same page')
  await assertAccessible(page)
  await page.getByText('1 of 1 account works').waitFor()
  await page.getByRole('button', { name: 'Remove it again' }).click()
  await page.getByRole('button', { name: 'Try it with my account' }).waitFor()
  await page.getByText('No accounts yet').waitFor()
  assert.deepEqual(complaints.splice(0), [])
})

test('a trial that fails says why, and can be begun again or stopped', async () => {
  const { page } = admin
  await page.getByRole('button', { name: 'Try it with my account' }).click()
  const [opened] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('button', { name: /^Continue to/ }).click(),
  ])
  await opened.getByRole('button', { name: 'Deny' }).click()
  await page.getByRole('status').filter({ hasText: 'The account was not connected' }).waitFor()
  await page.getByRole('button', { name: 'Start again' }).waitFor()
  await page.getByRole('button', { name: 'Stop the trial' }).click()
  await page.getByRole('button', { name: 'Try it with my account' }).waitFor()
  await page.goto('/accounts')
  await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
  assert.equal(await page.locator('[data-state]').count(), 0)
})

test('[#147] a connection is tried in German too, on a small phone', async () => {
  const { page, context } = await visit(stage, { locale: 'de-DE', viewport: { width: 360, height: 740 } })
  await signIn(page, german)
  await page.goto('/settings/connections')
  await page.getByRole('link', { name: /Tried/ }).click()
  await page.getByRole('button', { name: german.connections.tryIt }).click()
  const [opened] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('button', { name: /^Weiter zu/ }).click(),
  ])
  await opened.getByRole('button', { name: 'Allow' }).click()
  await page.getByRole('button', { name: german.connections.tryRemove }).waitFor()
  await page.getByText(german.accounts.testOk).waitFor()
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert.ok(tooWide <= 0, `${tooWide} px too wide`)
  const { EVERGRANT_SHOTS: folder } = process.env
  if (folder !== undefined) await page.screenshot({ path: `${folder}/tried.png` })
  await context.close()
})
