import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { assertLooksRight, walks } from './looks.ts'
import { administrator, openStage, visit } from './stage.ts'
import { addConnection, allowSignIn, connectAccount, setUp } from './steps.ts'

async function comeBy(page: Page, username: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in with Company mail' }).click()
  await page.getByRole('radio', { name: username }).check()
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
}

test('[#145] an administrator without a password is led to sign in again, sees a token then, and chooses a password', async () => {
  await using stage = await openStage()
  const email = 'carol@example.test'
  stage.sandbox.addUser({ sub: 'carol', username: email, name: 'Carol', email, email_verified: true })
  const admin = await visit(stage)
  await setUp(admin.page, stage)
  await addConnection(admin.page, stage, 'Company mail')
  await allowSignIn(admin.page)
  const account = await connectAccount(admin.page, 'alice@sandbox.example')
  const invited = await admin.page.request.post('/v1/users', {
    data: { name: 'Carol', email, role: 'admin', password: administrator.password },
    headers: { 'x-evergrant': '1' },
  })
  assert.equal(invited.status(), 201)

  const { page } = await visit(stage)
  await page.goto('/sign-in')
  await comeBy(page, email)
  await stage.restart(async () => {
    using database = new DatabaseSync(join(stage.folder, 'evergrant.db'))
    database.exec('UPDATE sessions SET created_at = created_at - 601')
  })
  const ask = async () => {
    await page.goto(`/accounts/${account}`)
    await page.getByRole('tab', { name: 'Technical' }).click()
    await page.getByRole('button', { name: 'Show token' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Why do you need it?').fill('The mailer is down')
    return dialog
  }
  const old = await ask()
  assert.equal(await old.getByRole('textbox', { name: 'Your password' }).count(), 0)
  await old.getByRole('button', { name: 'Show token' }).click()
  await old.getByRole('alert').getByText('Sign in again first', { exact: true }).waitFor()
  await assertLooksRight(page, walks.english, [], 'sign in again')
  await assertLooksRight(page, { ...walks.english, looks: walks.german.looks }, [], 'sign in again')
  await old.getByRole('button', { name: 'Sign in again' }).click()
  await comeBy(page, email)

  const fresh = await ask()
  await fresh.getByRole('button', { name: 'Show token' }).click()
  assert.ok((await fresh.getByRole('region', { name: 'Access token' }).innerText()).trim().length > 20)
  await fresh.getByRole('button', { name: 'Close' }).last().click()
  await fresh.waitFor({ state: 'detached' })

  await page.getByRole('button', { name: 'Your menu' }).click()
  await page.getByRole('menuitem', { name: 'Choose a password' }).click()
  const choosing = page.getByRole('dialog')
  await choosing.getByText('sign in by the name Carol', { exact: false }).waitFor()
  assert.equal(await choosing.getByRole('textbox', { name: 'Current password' }).count(), 0)
  await assertLooksRight(page, { ...walks.english, looks: walks.german.looks }, [], 'first password')
  await choosing.getByRole('textbox', { name: 'New password' }).fill('a sentence of her own, long enough')
  await choosing.getByRole('button', { name: 'Choose a password' }).click()
  await page.getByText('You have a password now.').waitFor()

  const asked = await ask()
  await asked.getByRole('button', { name: 'Show token' }).click()
  await asked.getByText('Enter your own password once more.').waitFor()
  await asked.getByRole('textbox', { name: 'Your password' }).fill('a sentence of her own, long enough')
  await asked.getByRole('button', { name: 'Show token' }).click()
  await asked.getByRole('region', { name: 'Access token' }).waitFor()
})
