import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { loadLanguage } from '../src/languages/languages.ts'
import { assertAccessible, assertLooksRight, walks } from './looks.ts'
import { openStage, type Stage, type Visit, visit } from './stage.ts'
import { addConnection, connectAccount, setUp, signIn } from './steps.ts'

let stage: Stage
let admin: Visit
let program: Server
let address: string
let status = 204

before(async () => {
  program = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(status).end(status === 204 ? '' : 'not here'))
  }).listen(0, '127.0.0.1')
  await once(program, 'listening')
  address = `http://127.0.0.1:${(program.address() as AddressInfo).port}/events`
  stage = await openStage()
  admin = await visit(stage)
  await setUp(admin.page, stage)
})
after(async () => {
  program.closeAllConnections()
  program.close()
  await stage[Symbol.asyncDispose]()
})

test('an administrator adds a webhook, sees its secret once, tries it, and sees what was answered', async () => {
  const { page, complaints } = admin
  await page.goto('/settings/webhooks')
  await page.getByRole('button', { name: 'Add webhook' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add webhook' })
  await dialog.getByRole('button', { name: 'Add webhook' }).click()
  await dialog.getByText('Enter an address.').waitFor()
  await dialog.getByLabel('Address').fill(address)
  await dialog.getByLabel('What it is for').fill('Help desk')
  await dialog.getByLabel('Only some of it').check()
  await dialog.getByLabel('An account has to be reconnected').check()
  await dialog.getByRole('button', { name: 'Add webhook' }).click()
  const once = page.getByRole('dialog', { name: 'The secret of the webhook' })
  const secret = (await once.getByRole('region', { name: 'Secret' }).innerText()).trim()
  assert.match(secret, /^whsec_/)
  await page.keyboard.press('Escape')
  assert.ok(await once.isVisible(), 'a slip of the keyboard does not lose the secret')
  await once.getByRole('button', { name: 'I have stored it' }).click()
  await page.getByRole('link', { name: /Help desk.*1 kind of event.*On/ }).click()
  await page.getByRole('heading', { name: 'Help desk', level: 1 }).waitFor()
  assert.ok(!(await page.content()).includes(secret))

  await page.getByRole('button', { name: 'Send a test' }).click()
  await page.locator('[data-delivery=delivered]').waitFor()
  await page.getByRole('button', { name: 'Tries and content' }).click()
  await page.getByText('answered 204').waitFor()
  await page.getByText('"type": "webhook.test"').waitFor()
  status = 410
  await page.getByRole('button', { name: 'Send again: Test' }).click()
  await page.getByText('answered 410').waitFor()
  await page.reload()
  await page.getByText('Nothing is sent to this address').waitFor()
  status = 204
  await page.getByRole('button', { name: 'Switch on again' }).click()
  await page.getByText('Nothing is sent to this address').waitFor({ state: 'detached' })
  assert.deepEqual(complaints.splice(0), [])
})

test('what was sent long ago is shown when it is asked for', async () => {
  const { page, complaints } = admin
  await page.goto('/settings/webhooks')
  await page.getByRole('link', { name: /Help desk/ }).click()
  await page.waitForURL(/\/webhooks\/[^/]+$/)
  const id = new URL(page.url()).pathname.split('/').at(-1)
  const had = await page.evaluate(async (path) => {
    const headers = { 'x-evergrant': '1' }
    for (let n = 0; n < 40; n++) await fetch(`${path}/test`, { method: 'POST', headers })
    const all = async (before?: string): Promise<number> => {
      const { deliveries, before: next } = await (await fetch(`${path}/deliveries${before ?? ''}`)).json()
      return deliveries.length + (next === undefined ? 0 : await all(`?before=${next}`))
    }
    return all()
  }, `/v1/webhooks/${id}`)
  assert.ok(had > 40)
  await page.reload()
  const shown = page.locator('[data-delivery]')
  await page.getByRole('button', { name: 'Show older ones' }).click()
  await page.getByRole('button', { name: 'Show older ones' }).waitFor({ state: 'detached' })
  assert.equal(await shown.count(), had)
  assert.deepEqual(complaints.splice(0), [])
})

test('a wrong address is said at the form, in words', async () => {
  const { page } = admin
  await page.goto('/settings/webhooks')
  await page.getByRole('button', { name: 'Add webhook' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Address').fill('http://example.com/hook')
  await dialog.getByRole('button', { name: 'Add webhook' }).click()
  await dialog
    .getByRole('alert')
    .getByText(/must begin with https/)
    .first()
    .waitFor()
  admin.complaints.splice(0)
})

test('a new secret takes the place of the former one, which goes on for a day', async () => {
  const { page } = admin
  await page.goto('/settings/webhooks')
  await page.getByRole('link', { name: /Help desk/ }).click()
  await page.getByRole('button', { name: 'New secret' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Make a new secret' }).click()
  const dialog = page.getByRole('dialog', { name: 'The secret of the webhook' })
  assert.match(await dialog.getByRole('region', { name: 'Secret' }).innerText(), /whsec_/)
  await dialog.getByRole('button', { name: 'I have stored it' }).click()
  await page.getByText(/signed with the former secret too until/).waitFor()
})

test('a bell counts what is new for a person, leads to where it is mended, and forgets what they put away', async () => {
  const { page, complaints } = admin
  await addConnection(page, stage, 'Company mail')
  const account = await connectAccount(page, 'alice@sandbox.example')
  await page.getByRole('button', { name: 'Notices', exact: true }).click()
  await page.getByText('There is nothing that you have to do.').waitFor()
  // axe lets dialogs be anywhere; what belongs to the page's head is in that landmark.
  const notices = page.getByRole('banner').getByRole('dialog', { name: 'Notices' })
  await notices.waitFor()
  await assertAccessible(page)
  await stage.sandbox.revokeGrant(stage.sandbox.families().at(-1)?.id ?? '')
  await page.goto(`/accounts/${account}`)
  await page.getByRole('button', { name: 'Refresh now' }).click()
  const bell = page.getByRole('button', { name: 'Notices: 1 new' })
  await bell.click()
  const link = page.getByRole('link', { name: 'Please reconnect alice@sandbox.example' })
  await notices.getByRole('link', { name: 'Please reconnect alice@sandbox.example' }).waitFor()
  await assertAccessible(page)
  await link.click()
  await page.getByRole('heading', { name: 'Connect alice@sandbox.example', level: 1 }).waitFor()
  await page.getByRole('button', { name: 'Notices', exact: true }).click()
  await link.waitFor()
  await page.getByRole('button', { name: 'Put away: Please reconnect alice@sandbox.example' }).click()
  await page.getByText('There is nothing that you have to do.').waitFor()
  // The refused renewal is in the console, as the browser writes down every answer from 400 on.
  complaints.splice(0)
})

for (const walk of Object.values(walks)) {
  test(`webhooks and notices are accessible, quiet in the console and fit their width (${walk.name})`, async () => {
    const { texts } = await loadLanguage(walk.language)
    const { page, context, complaints } = await visit(stage, walk.options)
    await signIn(page, texts)
    await page.goto('/settings/webhooks')
    await page.getByRole('link', { name: /Help desk/ }).waitFor()
    await assertLooksRight(page, walk, complaints, 'webhooks')
    await page.getByRole('button', { name: texts.webhooks.add }).click()
    await page.getByRole('dialog').getByLabel(texts.webhooks.reachSome).check()
    await assertLooksRight(page, walk, complaints, 'webhook add')
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: /Help desk/ }).click()
    await page.getByRole('button', { name: texts.webhooks.details }).first().click()
    await page.getByText('"type": ').first().waitFor()
    await assertLooksRight(page, walk, complaints, 'webhook')
    await page.getByRole('button', { name: texts.notices.title, exact: true }).click()
    await page.getByText(texts.notices.none).waitFor()
    await assertLooksRight(page, walk, complaints, 'notices')
    await context.close()
  })
}
