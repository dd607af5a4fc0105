import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { assertLooksRight, walks } from './looks.ts'
import { administrator, client, openStage, type Stage, type Visit, visit } from './stage.ts'
import { addConnection, allowSignIn, connectAccount, invite, prove, saveConnection, setUp } from './steps.ts'

let stage: Stage
let admin: Visit
let connection: string

before(async () => {
  stage = await openStage()
  for (const name of ['carol', 'eve']) {
    const domain = name === 'eve' ? 'elsewhere.test' : 'example.test'
    stage.sandbox.addUser({
      sub: name,
      username: `${name}@${domain}`,
      name,
      email: `${name}@${domain}`,
      email_verified: true,
    })
  }
  admin = await visit(stage)
  await setUp(admin.page, stage)
  await addConnection(admin.page, stage, 'Company mail')
  connection = new URL(admin.page.url()).pathname
})
after(() => stage[Symbol.asyncDispose]())

/** By the button of the sign-in page to the provider and back, as somebody who signs in there. */
async function comeBy(page: Page, username: string): Promise<void> {
  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'Sign in with Company mail' }).click()
  await page.getByRole('radio', { name: username }).check()
  await page.getByRole('button', { name: 'Allow' }).click()
}

test('[#145] nobody signs in with a connection before its switch is on, and then who was invited', async () => {
  const { page, context, complaints } = await visit(stage)
  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
  assert.equal(await page.getByRole('button', { name: /Sign in with/ }).count(), 0)

  await admin.page.goto(connection)
  await allowSignIn(admin.page)
  await comeBy(page, 'carol@example.test')
  await page.getByRole('alert').getByText('Nobody has invited you yet').waitFor()

  await invite(admin.page, 'Carol', 'carol@example.test')
  await comeBy(page, 'carol@example.test')
  await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
  await page.getByRole('button', { name: 'Your menu' }).click()
  await page.getByText('Signed in as Carol').waitFor()
  // The door offers the provider again right after signing out.
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in with Company mail' }).waitFor()
  assert.deepEqual(
    complaints.filter((one) => !one.includes(stage.sandbox.issuer)),
    [],
  )
  await context.close()
})

test('[#145] domains let people in by themselves, are checked when they are typed, and stay what was saved', async () => {
  const { page } = admin
  await page.goto(connection)
  await page.getByRole('radio', { name: 'Also everybody with an address of our organisation' }).check()
  const domains = page.getByLabel('What comes after the @')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Enter at least one, for instance example.com.').waitFor()
  await domains.fill('carol@example.test')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Enter only what comes after the @, for instance example.com.').waitFor()
  await domains.fill('@Example.test other.test')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Enter your own password once more.').waitFor()
  await page.getByRole('textbox', { name: 'Your password' }).fill('not the password')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('alert').getByText('Password not right', { exact: true }).waitFor()
  await assertLooksRight(page, walks.english, [], 'proof for sign-in')
  await prove(page)
  await saveConnection(page)
  await page.reload()
  assert.equal(await domains.inputValue(), 'example.test, other.test')

  const eve = await visit(stage)
  await comeBy(eve.page, 'eve@elsewhere.test')
  await eve.page.getByRole('alert').getByText('Your e-mail address is of another organisation').waitFor()
  await eve.context.close()

  // Saving something else keeps the rules; switching it off ends them.
  await page.getByRole('switch', { name: 'Let people sign in with this connection' }).uncheck()
  await saveConnection(page)
  const door = await visit(stage)
  await page.reload()
  const toggle = page.getByRole('switch', { name: 'Let people sign in with this connection' })
  await toggle.waitFor()
  assert.equal(await toggle.isChecked(), false)
  await door.page.goto('/sign-in')
  await door.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
  assert.equal(await door.page.getByRole('button', { name: /Sign in with/ }).count(), 0)
  await door.context.close()
})

test('a token is shown to an administrator with a reason and their password, and log and history tell it', async () => {
  const { page } = admin
  const account = await connectAccount(page, 'alice@sandbox.example')
  await page.goto(`/accounts/${account}`)
  await page.getByRole('tab', { name: 'Technical' }).click()
  await page.getByRole('button', { name: 'Show token' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Show token' }).click()
  await dialog.getByText('Say why you need it.').waitFor()
  await dialog.getByLabel('Why do you need it?').fill('The mailer is down')
  await dialog.getByRole('textbox', { name: 'Your password' }).fill('not the password')
  await dialog.getByRole('button', { name: 'Show token' }).click()
  await dialog.getByRole('alert').getByText('Password not right', { exact: true }).waitFor()
  await dialog.getByRole('textbox', { name: 'Your password' }).fill(administrator.password)
  await dialog.getByRole('button', { name: 'Show token' }).click()
  const token = (await dialog.getByRole('region', { name: 'Access token' }).innerText()).trim()
  assert.ok(token.length > 20)
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await dialog.waitFor({ state: 'detached' })
  assert.ok(!(await page.content()).includes(token), 'gone with the dialog')
  await page.getByRole('tab', { name: 'History' }).click()
  await page.getByText(`${administrator.name}: The mailer is down`).waitFor()

  await page.goto('/settings/audit')
  const line = page.getByRole('row').filter({ hasText: 'Looked at a token of' })
  await line.getByText('reason: The mailer is down').waitFor()
  await line.getByText(administrator.name).waitFor()
  await line.getByText('127.0.0.1').waitFor()
  await line.getByRole('link').click()
  await page.waitForURL(`${stage.url}/accounts/${account}`)
})

test('the audit log tells who did what in words, newest first, back to the first entry', async () => {
  const { page } = admin
  for (let n = 0; n < 101; n++) {
    await page.request.post('/v1/users', { data: { name: `person ${n}` }, headers: { 'x-evergrant': '1' } })
  }
  await page.goto('/settings/audit')
  const rows = page.getByRole('row')
  await rows.nth(1).getByText('person 100').waitFor()
  assert.equal(await rows.count(), 101)
  await page.getByRole('button', { name: 'Show older ones' }).click()
  const first = rows.filter({ hasText: 'Set up this server' })
  await first.waitFor()
  assert.equal(await page.getByRole('button', { name: 'Show older ones' }).count(), 0)
  const said = (await rows.allInnerTexts()).join('\n')
  for (const what of [
    /Changed the connection\s+Company mail\s+changed: .*Sign-in/,
    /Sign-in refused\s+with Company mail\s+Your e-mail address is of another organisation/,
    /Made an invitation link for\s+Carol\s+role: Member/,
    /Signed in\s+with Company mail/,
  ]) {
    assert.match(said, what)
  }
  assert.ok(!said.includes(client.client_secret))
})
