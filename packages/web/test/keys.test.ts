import assert from 'node:assert/strict'
import { exec, execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { openStage, type Stage, type Visit, visit } from './stage.ts'
import { addConnection, addProgram, connectAccount, prove, setUp } from './steps.ts'

const shell = promisify(exec)
const run = promisify(execFile)
let stage: Stage
let admin: Visit
let account: string

before(async () => {
  stage = await openStage()
  admin = await visit(stage)
  await setUp(admin.page, stage)
  await addConnection(admin.page, stage, 'Test provider')
  account = await connectAccount(admin.page, 'alice@sandbox.example')
})
after(() => stage[Symbol.asyncDispose]())

const askToken = (key: string) =>
  fetch(`${stage.url}/v1/accounts/${account}/token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{}',
  })

test('an API key is shown once, gets a token with the copied command, and stops working when it is deleted', async () => {
  const { page } = admin
  await page.goto('/settings/api-keys')
  await page.getByRole('button', { name: 'Create API key' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Invoice mailer')
  await dialog.getByRole('button', { name: 'Create API key' }).click()
  await dialog.getByText('Enter your own password once more.').waitFor()
  await dialog.getByRole('textbox', { name: 'Your password' }).fill('not the password')
  await dialog.getByRole('button', { name: 'Create API key' }).click()
  await dialog.getByRole('alert').getByText('Password not right', { exact: true }).waitFor()
  await prove(dialog)
  await dialog.getByRole('button', { name: 'Create API key' }).click()
  const key = (await dialog.getByRole('region', { name: 'API key' }).innerText()).trim()
  assert.ok(key.length > 20)

  const answer = await askToken(key)
  assert.equal(answer.status, 200)
  const token = (await answer.json()) as { access_token: string; account: string }
  assert.equal(token.account, account)

  await page.keyboard.press('Escape')
  assert.ok(await dialog.isVisible(), 'a slip of the keyboard does not lose the key')
  await dialog.getByRole('button', { name: 'I have stored it' }).click()
  await dialog.waitFor({ state: 'detached' })
  assert.ok(!(await page.content()).includes(key))
  await page.reload()
  await page.getByText('Invoice mailer').waitFor()
  assert.ok(!(await page.content()).includes(key))
  await page.getByText(/Last use: just now/).waitFor()

  await page.getByRole('button', { name: 'Delete API key Invoice mailer' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('No API keys yet').waitFor()
  assert.equal((await askToken(key)).status, 401)
})

test('a key for chosen accounts needs at least one', async () => {
  const { page } = admin
  await page.goto('/settings/api-keys')
  await page.getByRole('button', { name: 'Create API key' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('One account')
  await prove(dialog)
  await dialog.getByLabel('Only these').check()
  await dialog.getByRole('button', { name: 'Create API key' }).click()
  await dialog.getByText('Choose at least one account.').waitFor()
  await dialog.getByRole('combobox', { name: 'Accounts' }).click()
  await page.getByRole('option').first().click()
  await page.keyboard.press('Escape')
  await dialog.getByRole('button', { name: 'Create API key' }).click()
  await dialog.getByRole('button', { name: 'I have stored it' }).click()
  await page.getByText('1 account', { exact: false }).waitFor()
})

test('a program is added on the account page, its commands work as they are copied, and it shows when and from where', async () => {
  const { page } = admin
  const key = await addProgram(page, account, 'Nightly report')
  const row = page.getByRole('tabpanel').getByRole('listitem').filter({ hasText: 'Nightly report' })
  await row.getByText('Last use: never').waitFor()
  await row.getByText('Also opens the mailbox').waitFor()
  const PATH = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`
  // From the root of the checkout, where npx finds the command line.
  const where = { cwd: join(import.meta.dirname, '../../..'), env: { PATH, EVERGRANT_API_KEY: key } }
  const text = (name: string) => page.getByRole('region', { name, exact: true }).innerText()
  const { stdout } = await shell(await text('From any program, over HTTP'), where)
  const answer = JSON.parse(stdout) as { access_token: string; account: string }
  assert.equal(answer.account, account)
  assert.equal((await shell(await text('From a terminal or a script'), where)).stdout.trim(), answer.access_token)
  const program = `${await text('From JavaScript')}\nprocess.stdout.write(access_token)`
  const script = await run(process.execPath, ['--input-type=module', '--eval', program], where)
  assert.equal(script.stdout, answer.access_token)

  await page.reload()
  await page.getByRole('tab', { name: 'Programs' }).click()
  await row.getByText('Last use: just now').waitFor()
  await row.getByText(/^from (::ffff:)?127\.0\.0\.1$/).waitFor()
  assert.ok(!(await page.content()).includes(key))
})

test('an account is taken away from a program on the account page, and the program is refused', async () => {
  const { page } = admin
  const key = await addProgram(page, account, 'Old scanner')
  assert.equal((await askToken(key)).status, 200)
  await page.getByRole('button', { name: 'Take this account away from Old scanner' }).click()
  const dialog = page.getByRole('dialog', { name: 'Take alice@sandbox.example away from Old scanner?' })
  await dialog.getByText('Its API key is for nothing else and is deleted.').waitFor()
  await dialog.getByRole('button', { name: 'Take away' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText('Old scanner').waitFor({ state: 'detached' })
  assert.equal((await askToken(key)).status, 401)
})
