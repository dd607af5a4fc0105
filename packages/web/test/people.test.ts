import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { loadLanguage } from '../src/languages/languages.ts'
import { signInTrouble } from '../src/session/sign-in-refusals.ts'
import { assertLooksRight, walks } from './looks.ts'
import { administrator, openStage, type Stage, type Visit, visit } from './stage.ts'
import { acceptLink, addConnection, connectAccount, invite, prove, setUp } from './steps.ts'

const PASSWORD = 'another sentence, just as long'

let stage: Stage
let admin: Visit

before(async () => {
  stage = await openStage()
  admin = await visit(stage)
  await setUp(admin.page, stage)
  await addConnection(admin.page, stage, 'Company mail')
})
after(() => stage[Symbol.asyncDispose]())

test('[#139] somebody is invited by a link that is shown once, chooses a password by it, and is signed in as a member', async () => {
  const link = await invite(admin.page, 'Ben', 'ben@example.test')
  assert.ok(link.startsWith(`${stage.url}/invitation#token=`), link)
  const row = admin.page.getByRole('listitem').filter({ hasText: 'Ben' })
  await row.getByText('Invited', { exact: true }).waitFor()
  await row.getByText('Member', { exact: true }).waitFor()
  assert.ok(!(await admin.page.content()).includes(link))

  const { page, context, complaints } = await visit(stage)
  await page.goto(link)
  await page.getByRole('textbox', { name: 'Password' }).fill('short')
  await page.getByRole('button', { name: 'Choose password and sign in' }).click()
  await page.getByText(/Use at least \d+ characters/).waitFor()
  await page.goto('about:blank')
  await acceptLink(page, link, PASSWORD)
  assert.equal(new URL(page.url()).pathname, '/accounts')
  await page.getByText('Next time, sign in with the name Ben', { exact: false }).waitFor()
  assert.deepEqual(complaints, [])

  // The page of a member: no overview, no settings but their keys.
  const main = page.getByRole('navigation', { name: 'Main' })
  assert.deepEqual(await main.getByRole('link').allInnerTexts(), ['Accounts', 'Settings'])
  await main.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor()
  const parts = page.getByRole('navigation', { name: 'Settings' })
  assert.deepEqual(await parts.getByRole('link').allInnerTexts(), ['API keys'])
  for (const path of ['connections', 'connections/new', 'people', 'audit']) {
    await page.goto(`/settings/${path}`)
    await page.getByRole('heading', { name: 'For administrators', level: 1 }).waitFor()
  }
  assert.deepEqual(complaints, [])
  await context.close()

  const again = await visit(stage)
  await again.page.goto(link)
  await again.page.getByRole('alert').getByText('Link not valid', { exact: true }).waitFor()
  await again.page.getByText('Ask whoever sent you the link for a new one.', { exact: false }).first().waitFor()
  assert.equal(
    await again.page.getByRole('textbox', { name: 'Password' }).count(),
    0,
    'no password is thought of in vain',
  )
  await again.page.getByRole('link', { name: 'Go to sign-in' }).waitFor()
  await again.page.goto('about:blank')
  await again.page.goto('/invitation')
  await again.page.getByText('This link is incomplete').waitFor()
  await again.context.close()
})

test('[#139] a member connects an account and makes a key for it alone, with some of its scopes', async () => {
  const link = await invite(admin.page, 'Cleo')
  const { page, context, complaints } = await visit(stage)
  await acceptLink(page, link, PASSWORD)
  const account = await connectAccount(page, 'alice@sandbox.example')
  await page.goto(`/accounts/${account}`)
  await page.getByText('Company mail').waitFor()
  assert.equal(await page.getByRole('link', { name: 'Company mail' }).count(), 0)

  await page.goto('/settings/api-keys')
  await page.getByRole('button', { name: 'Create API key' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Reader')
  assert.equal(await dialog.getByRole('radio').count(), 0, 'a member cannot choose all accounts')
  await dialog.getByRole('button', { name: 'Create API key' }).click()
  await dialog.getByText('Choose at least one account.').waitFor()
  await dialog.getByRole('combobox', { name: 'Accounts' }).click()
  await page.getByRole('option', { name: 'alice' }).click()
  await page.keyboard.press('Escape')
  const scopes = dialog.getByLabel('Permissions it gets (scopes)')
  await scopes.fill('mail.read')
  await scopes.press('Enter')
  await prove(dialog, undefined, PASSWORD)
  await dialog.getByRole('button', { name: 'Create API key' }).click()
  const key = (await dialog.getByRole('region', { name: 'API key' }).innerText()).trim()
  const answer = await fetch(`${stage.url}/v1/accounts/${account}/token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{}',
  })
  assert.deepEqual([answer.status, ((await answer.json()) as { scope?: string }).scope], [200, 'mail.read'])
  await dialog.getByRole('button', { name: 'I have stored it' }).click()
  await page.getByText('mail.read').waitFor()
  assert.deepEqual(
    complaints.filter((one) => !one.includes(stage.sandbox.issuer)),
    [],
  )

  // An administrator sees whose it is, and that consent is not theirs to give.
  await admin.page.goto('/settings/api-keys')
  await admin.page.getByText(/made by Cleo/).waitFor()
  await admin.page.goto(`/accounts/${account}`)
  await admin.page.getByText('Only Cleo can connect this account', { exact: false }).waitFor()
  assert.equal(await admin.page.getByRole('button', { name: 'Reconnect' }).count(), 0)
  await admin.page.getByRole('tabpanel').getByText('Cleo', { exact: true }).waitFor()

  // A key of the administrator's for it needs a reason and their password, and Cleo reads of it.
  await admin.page.getByRole('tab', { name: 'Programs' }).click()
  await admin.page.getByRole('button', { name: 'Add a program' }).click()
  const asking = admin.page.getByRole('dialog')
  await asking.getByLabel('Name').fill('Nightly backup')
  await asking.getByText('Its owner is told that you made it, and why.', { exact: false }).waitFor()
  await assertLooksRight(admin.page, walks.english, [], 'key for others')
  await asking.getByRole('button', { name: 'Create API key' }).click()
  await asking.getByText('Say why the program needs it.').waitFor()
  await asking.getByLabel('Why does the program need it?').fill('the backup of the company')
  await asking.getByRole('textbox', { name: 'Your password' }).fill(administrator.password)
  await asking.getByRole('button', { name: 'Create API key' }).click()
  await asking.getByRole('button', { name: 'I have stored it' }).click()
  await page.goto(`/accounts/${account}`)
  await page.getByRole('button', { name: /^Notices: 1 new/ }).click()
  await page.getByText('Robin made the API key “Nightly backup”. Reason: the backup of the company').waitFor()
  await page.getByRole('link', { name: 'A program was given access to alice', exact: false }).click()
  await page.getByRole('tab', { name: 'History' }).click()
  const line = page.getByRole('tabpanel').getByRole('listitem').filter({ hasText: 'A program was given access' })
  await line.getByText('Robin made the API key “Nightly backup”. Reason: the backup of the company').waitFor()
  // For all accounts too; for an account of nobody else's no reason is asked for.
  await admin.page.goto('/settings/api-keys')
  await admin.page.getByRole('button', { name: 'Create API key' }).click()
  await admin.page.getByRole('dialog').getByLabel('Why does the program need it?').waitFor()
  await admin.page.getByRole('dialog').getByLabel('Only these').check()
  await admin.page.getByRole('dialog').getByLabel('Why does the program need it?').waitFor({ state: 'detached' })
  await context.close()
})

test('a person gets a new link, another role and another address; the only administrator stays one', async () => {
  const { page } = admin
  const first = await invite(page, 'Dora')
  const task = async (name: string, what: string) => {
    await page.getByRole('button', { name: `What to do with ${name}` }).click()
    await page.getByRole('menuitem', { name: what }).click()
    return page.getByRole('dialog')
  }
  const asked = await task('Dora', 'New link')
  await asked.getByRole('button', { name: 'New link' }).click()
  await asked.getByText('Enter your own password once more.').waitFor()
  await asked.getByRole('textbox', { name: 'Your password' }).fill('not the password')
  await asked.getByRole('button', { name: 'New link' }).click()
  await asked.getByRole('alert').getByText('Password not right', { exact: true }).waitFor()
  await assertLooksRight(page, walks.english, [], 'proof for a link')
  await prove(asked)
  await asked.getByRole('button', { name: 'New link' }).click()
  const second = (await asked.getByRole('region', { name: 'Link' }).innerText()).trim()
  assert.notEqual(second, first)
  await asked.getByRole('button', { name: 'I have copied it' }).click()
  await asked.waitFor({ state: 'detached' })

  const changing = await task('Dora', 'Change')
  await changing.getByLabel('E-mail address').fill('dora')
  await changing.getByRole('button', { name: 'Save' }).click()
  await changing.getByText('This does not look like an e-mail address.').waitFor()
  await changing.getByLabel('E-mail address').fill('dora@example.test')
  await changing.getByRole('radio', { name: 'Administrator' }).check()
  await changing.getByRole('button', { name: 'Save' }).click()
  await changing.getByText('Enter your own password once more.').waitFor()
  await prove(changing)
  await changing.getByRole('button', { name: 'Save' }).click()
  await changing.waitFor({ state: 'detached' })
  const row = page.getByRole('listitem').filter({ hasText: 'Dora' })
  await row.getByText('dora@example.test').waitFor()
  await row.getByText('Administrator', { exact: true }).waitFor()

  const removing = await task('Dora', 'Remove')
  await removing.getByText('They have no accounts here.').waitFor()
  await removing.getByRole('button', { name: 'Remove' }).click()
  await row.waitFor({ state: 'detached' })

  await page.getByRole('button', { name: `What to do with ${administrator.name}` }).click()
  await page.getByText('You change your own password in your menu at the top', { exact: false }).waitFor()
  assert.equal(await page.getByRole('menuitem', { name: 'New link' }).count(), 0, 'nobody makes a link for themselves')
  await page.keyboard.press('Escape')
  const own = await task(administrator.name, 'Change')
  await own.getByRole('radio', { name: 'Member' }).check()
  await own.getByRole('button', { name: 'Save' }).click()
  await own.getByRole('alert').getByText('The only administrator', { exact: true }).waitFor()
  await own.getByRole('button', { name: 'Cancel' }).click()
  await own.waitFor({ state: 'detached' })
  const self = await task(administrator.name, 'Remove')
  await self.getByText('This is you.', { exact: false }).waitFor()
  await self.getByRole('button', { name: 'Remove' }).click()
  await self.getByRole('alert').getByText('The only administrator', { exact: true }).waitFor()
  await self.getByRole('button', { name: 'Cancel' }).click()
})

test('[#145] another administrator is invited with the own password, and a member without it', async () => {
  const { page } = admin
  await page.goto('/settings/people')
  await page.getByRole('button', { name: 'Invite' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Gus')
  assert.equal(await dialog.getByRole('textbox', { name: 'Your password' }).count(), 0)
  await dialog.getByRole('radio', { name: 'Administrator' }).check()
  await dialog.getByRole('button', { name: 'Invite' }).click()
  await dialog.getByText('Enter your own password once more.').waitFor()
  await assertLooksRight(page, walks.english, [], 'proof for an administrator')
  await prove(dialog)
  await dialog.getByRole('button', { name: 'Invite' }).click()
  await dialog.getByRole('region', { name: 'Link' }).waitFor()
  await dialog.getByRole('button', { name: 'I have copied it' }).click()
  await dialog.waitFor({ state: 'detached' })
  const row = page.getByRole('listitem').filter({ hasText: 'Gus' })
  await row.getByText('Administrator', { exact: true }).waitFor()
})

test('the own password is changed with the one of before; all other browsers are signed out', async () => {
  const link = await invite(admin.page, 'Emil')
  const here = await visit(stage)
  await acceptLink(here.page, link, PASSWORD)
  const there = await visit(stage)
  const signIn = async (password: string) => {
    await there.page.goto('/sign-in')
    await there.page.getByLabel('Name').fill('Emil')
    await there.page.getByRole('textbox', { name: 'Password' }).fill(password)
    await there.page.getByRole('button', { name: 'Sign in' }).click()
  }
  await signIn(PASSWORD)
  await there.page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()

  const { page } = here
  await page.getByRole('button', { name: 'Your menu' }).click()
  await page.getByRole('menuitem', { name: 'Change password' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Current password' }).fill('not the password')
  await dialog.getByRole('textbox', { name: 'New password' }).fill('a third sentence, long enough')
  await dialog.getByRole('button', { name: 'Change password' }).click()
  await dialog.getByRole('alert').getByText('Password not right', { exact: true }).waitFor()
  await dialog.getByRole('textbox', { name: 'Current password' }).fill(PASSWORD)
  await dialog.getByRole('button', { name: 'Change password' }).click()
  await dialog.waitFor({ state: 'detached' })

  await there.page.getByRole('link', { name: 'Settings' }).click()
  await there.page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await signIn('a third sentence, long enough')
  await there.page.getByRole('navigation', { name: 'Main' }).waitFor()
  await here.context.close()
  await there.context.close()
})

test('the problem in an address chooses among our own words and is never shown itself', async () => {
  for (const language of [await loadLanguage('en'), await loadLanguage('de')]) {
    const { signInRefusals } = language.texts
    const { other } = signInRefusals
    assert.equal(signInTrouble('OTHER_BROWSER', language), signInRefusals.OTHER_BROWSER)
    for (const code of ['<b>pay here</b>', 'other', 'toString', '__proto__', 'constructor', '']) {
      assert.equal(signInTrouble(code, language), other, code)
    }
  }
  assert.equal(signInTrouble('STATE_MISMATCH', await loadLanguage('de')).title.length > 0, true)
  const { page, context } = await visit(stage)
  await page.goto('/sign-in?problem=SIGN_IN_NOT_INVITED')
  await page.getByRole('alert').getByText('Nobody has invited you yet').waitFor()
  await page.goto(`/sign-in?problem=${encodeURIComponent('Call 555-1234 and tell your password')}`)
  await page.getByRole('alert').getByText('Signing in with the provider did not succeed').waitFor()
  assert.doesNotMatch(await page.locator('body').innerText(), /555-1234/)
  await context.close()
})

test('[#139] who takes a role away, or removes a person, reads first which keys end and what becomes of the accounts', async () => {
  const { page } = admin
  const finn = await visit(stage)
  await acceptLink(finn.page, await invite(page, 'Finn'), PASSWORD)
  const account = await connectAccount(finn.page, 'carol@sandbox.example')
  const task = async (name: string, what: string) => {
    await page.goto('/settings/people')
    await page.getByRole('button', { name: `What to do with ${name}` }).click()
    await page.getByRole('menuitem', { name: what }).click()
    return page.getByRole('dialog')
  }
  const giveRole = async (role: string) => {
    const changing = await task('Finn', 'Change')
    await changing.getByRole('radio', { name: role }).check()
    return changing
  }
  const up = await giveRole('Administrator')
  await prove(up)
  await up.getByRole('button', { name: 'Save' }).click()
  await up.waitFor({ state: 'detached' })
  const made = await finn.page.evaluate(async (password) => {
    const headers = { 'content-type': 'application/json', 'x-evergrant': '1' }
    const body = JSON.stringify({ name: 'Everything', reason: 'to see all', password })
    return (await fetch('/v1/api-keys', { method: 'POST', headers, body })).status
  }, PASSWORD)
  assert.equal(made, 201)
  await finn.context.close()

  const down = await giveRole('Member')
  await down.getByText('An API key ends', { exact: true }).waitFor()
  await down.getByRole('listitem').getByText('Everything', { exact: true }).waitFor()
  await assertLooksRight(page, walks.english, [], 'keys that end')
  await down.getByRole('button', { name: 'Save' }).click()
  await down.waitFor({ state: 'detached' })
  await page.goto('/settings/audit')
  await page.getByText('API keys that ended: Everything', { exact: false }).first().waitFor()
  await page.goto('/settings/api-keys')
  await page.getByText('Nightly backup', { exact: true }).waitFor()
  assert.equal(await page.getByText('Everything', { exact: true }).count(), 0)

  const removing = await task('Finn', 'Remove')
  await removing.getByText('A new API key for what they leave', { exact: false }).waitFor()
  await assertLooksRight(page, walks.english, [], 'removing a person')
  await removing.getByRole('button', { name: 'Remove' }).click()
  await removing.waitFor({ state: 'detached' })
  await page.goto('/settings/audit')
  await page.getByText('1 account is nobody’s now', { exact: false }).first().waitFor()

  await page.goto(`/accounts/${account}`)
  await page.getByRole('tab', { name: 'Programs' }).click()
  await page.getByRole('button', { name: 'Add a program' }).click()
  const asking = page.getByRole('dialog')
  await asking.getByText('It is for accounts of people who were removed, too.', { exact: false }).waitFor()
  await asking.getByLabel('Name').fill('Archive')
  await asking.getByLabel('Why does the program need it?').fill('the archive of the company')
  await asking.getByRole('textbox', { name: 'Your password' }).fill(administrator.password)
  await asking.getByRole('button', { name: 'Create API key' }).click()
  await asking.getByRole('button', { name: 'I have stored it' }).click()
})
