import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { type SandboxMail, startSandboxMail } from '@evergrant/sandbox'
import { openStage, type Stage, type Visit, visit } from './stage.ts'
import { addConnection, connectAccount, setUp } from './steps.ts'

const ALICE = 'alice@sandbox.example'
let stage: Stage
let mail: SandboxMail
let admin: Visit
let account: string

before(async () => {
  stage = await openStage()
  mail = await startSandboxMail(stage.sandbox)
  admin = await visit(stage)
  await setUp(admin.page, stage)
  await addConnection(admin.page, stage, 'Test provider')
  account = await connectAccount(admin.page, ALICE)
  const at = (port: number) => ({ host: '127.0.0.1', port, security: 'none' })
  const { imap, smtp } = mail.ports
  const status = await admin.page.evaluate(
    async ([path, body]) => {
      const headers = { 'content-type': 'application/json', 'x-evergrant': '1' }
      return (await fetch(path, { method: 'PUT', headers, body })).status
    },
    [`/v1/accounts/${account}/mail`, JSON.stringify({ imap: at(imap), smtp: at(smtp) })] as const,
  )
  assert.equal(status, 200)
})
after(async () => {
  await mail.close()
  await stage[Symbol.asyncDispose]()
})

test('a person tests the mail of an account, sends a mail to it and reads it', async () => {
  const { page, complaints } = admin
  await page.goto(`/accounts/${account}`)
  await page.getByRole('tab', { name: 'Mail' }).click()
  await page.getByRole('button', { name: 'Test mail' }).click()
  await page.getByText('Mail works. Tested').waitFor()
  await page.getByText(`takes mail from ${ALICE}`).waitFor()

  await page.getByRole('textbox', { name: 'To' }).fill(ALICE)
  await page.getByRole('textbox', { name: 'Subject' }).fill('From me to me')
  await page.getByRole('textbox', { name: 'Text' }).fill('<b>not bold</b>')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('Sent.', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'From me to me' }).click()
  await page.getByText('<b>not bold</b>').waitFor()
  const { violations } = await new AxeBuilder({ page }).analyze()
  assert.deepEqual(
    violations.map(({ id }) => id),
    [],
  )
  await page.setViewportSize({ width: 360, height: 740 })
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert.ok(tooWide <= 0, `${tooWide} px too wide`)
  assert.deepEqual(complaints, [])
})
