import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { client, openStage, type Stage, type Visit, visit } from './stage.ts'
import { addConnection, setUp } from './steps.ts'

let stage: Stage
let admin: Visit

before(async () => {
  stage = await openStage()
  admin = await visit(stage)
  await setUp(admin.page, stage)
})
after(() => stage[Symbol.asyncDispose]())

/** The list follows what was typed a moment later; a key that is pressed before would choose from the former one. */
async function firstOption(page: Page, name: string): Promise<void> {
  await page.getByRole('option').first().filter({ hasText: name }).waitFor()
}

test('[#136] the redirect URI that the guide tells before anything is saved is the connection’s own, also after a reload', async () => {
  const { page } = admin
  const told = async (): Promise<string> => {
    await page.getByRole('combobox', { name: 'Provider' }).click()
    await page.getByRole('option', { name: /OpenID Connect|any issuer|generic/i }).click()
    const block = page.locator('pre, code, [role=region]').filter({ hasText: '/oauth/callback/' }).first()
    return (await block.innerText()).trim()
  }
  await page.goto('/settings/connections/new')
  const before = await told()
  assert.match(before, /\/oauth\/callback\/[\w-]{20}$/)
  await page.reload()
  assert.equal(await told(), before)
  await page.getByLabel('Name').fill('Told before')
  await page.getByLabel('Client id').fill(client.client_id)
  await page.getByRole('textbox', { name: 'Client secret' }).fill(client.client_secret)
  await page.getByLabel('Issuer').fill(stage.sandbox.issuer)
  await page.getByRole('button', { name: 'Save connection' }).click()
  await page.getByRole('heading', { name: 'Told before', level: 1 }).waitFor()
  assert.equal((await page.getByRole('region', { name: 'Redirect URI' }).first().innerText()).trim(), before)
  await page.goto('/settings/connections/new')
  assert.notEqual(await told(), before, 'the next connection has an address of its own')
})

test('a connection can be added with the keyboard alone', async () => {
  const { page } = admin
  const { keyboard } = page
  /** Tabs until what has the focus carries this name. */
  const reach = async (name: RegExp) => {
    for (let presses = 0; presses < 60; presses++) {
      await keyboard.press('Tab')
      const focused = await page.evaluate(() => {
        const element = document.activeElement
        const labels =
          element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels : null
        return labels?.[0]?.textContent ?? element?.textContent ?? ''
      })
      if (name.test(focused)) return
    }
    assert.fail(`no way to ${name} by keyboard`)
  }
  await page.goto('/')
  await reach(/^Settings$/)
  await keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Connections', level: 1 }).waitFor()
  await reach(/^Add connection$/)
  await keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Add a connection' }).waitFor()
  await reach(/^Provider/)
  await keyboard.type('OpenID')
  await firstOption(page, 'OpenID')
  await keyboard.press('ArrowDown')
  await keyboard.press('Enter')
  await reach(/^Name/)
  await keyboard.press('ControlOrMeta+A')
  await keyboard.type('By keyboard')
  await reach(/^Client id/)
  await keyboard.type(client.client_id)
  await reach(/^Client secret/)
  await keyboard.type(client.client_secret)
  await reach(/^Issuer/)
  await keyboard.type(stage.sandbox.issuer)
  await keyboard.press('Enter')
  await page.getByRole('heading', { name: 'By keyboard', level: 1 }).waitFor()
  assert.deepEqual(admin.complaints, [])
})

test('[#139] a stored client secret is shown as its last characters, can be replaced, and is never sent to the page', async () => {
  const { page, context } = admin
  const bodies: string[] = []
  context.on('response', async (response) => {
    if (response.url().includes('/v1/connections')) bodies.push(await response.text().catch(() => ''))
  })
  await addConnection(page, stage, 'With a secret')
  await page.reload()
  await page.getByText(`••••${client.client_secret.slice(-4)}`).waitFor()
  assert.equal(await page.getByRole('textbox', { name: 'Client secret' }).count(), 0)

  await page.getByRole('button', { name: 'Replace' }).click()
  await page.getByRole('textbox', { name: 'Client secret' }).fill('another-secret-of-the-tests-77aa')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('••••77aa').waitFor()
  const seen = bodies.join('\n') + (await page.content())
  assert.doesNotMatch(seen, /another-secret-of|a-secret-of-the/)
})

test('the next secret is entered before the provider takes it: the page tells which one is used, and the former one goes by hand', async () => {
  const { page } = admin
  await addConnection(page, stage, 'Two secrets')
  await page.getByRole('button', { name: 'Replace' }).click()
  await page.getByRole('textbox', { name: 'Client secret' }).fill('the-next-secret-of-the-tests-77aa')
  const overlap = page.getByRole('combobox', { name: 'The secret before it' })
  assert.equal(await overlap.inputValue(), 'stays for a week')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('The new one has not been used so far.').waitFor()
  await page.getByText('••••77aa').waitFor()
  await page.getByText(`••••${client.client_secret.slice(-4)}`).waitFor()
  await page.getByText('is forgotten in 7 days, once the provider takes the new one').waitFor()

  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByText('The provider does not take the new one; the former one is used.').waitFor()
  await page.getByText('The provider does not take the new client secret').waitFor()
  await page.goto('/settings/connections')
  await page
    .getByRole('link', { name: /Two secrets/ })
    .getByText('does not take the new client secret')
    .waitFor()
  await page.getByRole('link', { name: /Two secrets/ }).click()

  await page.getByRole('button', { name: 'Remove the former one' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('can no longer be renewed then').waitFor()
  await dialog.getByRole('button', { name: 'Remove the former one' }).click()
  await page.getByText('The former secret was removed.').waitFor()
  assert.equal(await page.getByRole('heading', { name: 'Two client secrets' }).count(), 0)
})

test('saving something else keeps the stored secret', async () => {
  const { page } = admin
  await addConnection(page, stage, 'Renamed later')
  await page.getByLabel('Name').fill('Renamed')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('heading', { name: 'Renamed', level: 1 }).waitFor()
  await page.getByText(`••••${client.client_secret.slice(-4)}`).waitFor()
})

test('what is missing is named at its field, and the first such field gets the cursor', async () => {
  const { page } = admin
  await page.goto('/settings/connections/new')
  await page.getByRole('combobox', { name: 'Provider' }).click()
  await page.getByRole('option', { name: /OpenID Connect|any issuer|generic/i }).click()
  await page.getByLabel('Name').fill('Incomplete')
  await page.getByRole('button', { name: 'Save connection' }).click()
  await page.getByText('Enter the client id.').waitFor()
  await page.getByText('Enter the issuer, or both endpoints.').waitFor()
  assert.ok(await page.getByLabel('Client id').evaluate((field) => field === document.activeElement))
})

test('the check names each step; a wrong secret is found without a person', async () => {
  const { page } = admin
  await addConnection(page, stage, 'Checked')
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByText('Everything that can be checked is in order.').waitFor()
  await page.getByRole('button', { name: 'Replace' }).click()
  await page.getByRole('textbox', { name: 'Client secret' }).fill('wrong-secret-wrong-secret')
  await page.getByRole('combobox', { name: 'The secret before it' }).click()
  await page.getByRole('option', { name: 'is removed at once' }).click()
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Saved.', { exact: true }).waitFor()
  await page.getByRole('button', { name: /^Check/ }).click()
  await page.getByText('Something needs another look.').waitFor()
  await page.getByRole('img', { name: 'failed' }).first().waitFor()
})

test('deleting asks first', async () => {
  const { page } = admin
  await addConnection(page, stage, 'Short-lived')
  await page.getByRole('button', { name: 'Delete connection' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Delete connection' }).click()
  await page.getByRole('heading', { name: 'Connections', level: 1 }).waitFor()
  await page.getByText('Short-lived was deleted.').waitFor()
  assert.equal(await page.getByRole('link', { name: /Short-lived/ }).count(), 0)
})

test('a provider is found by another name, sure ones come first, and what is one source’s word says so', async () => {
  const { page } = admin
  const before = admin.complaints.length
  await page.goto('/settings/connections/new')
  const box = page.getByRole('combobox', { name: 'Provider' })
  await box.click()
  assert.match((await page.getByRole('option').first().innerText()).trim(), /^Any OpenID Connect/)
  await box.fill('gmail')
  assert.equal((await page.getByRole('option').first().innerText()).trim(), 'Google')
  await box.fill('salesforce')
  const found = await page.getByRole('option').allInnerTexts()
  assert.equal(found[0]?.trim(), 'Salesforce')
  assert.ok(found.some((text) => /Salesforce Marketing Cloud\s+one source’s word/.test(text)))
  await box.fill('acumatica')
  await firstOption(page, 'Acumatica')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByText('were read in one place only (nango)').waitFor()
  await page.getByText('No consent page is known').waitFor()
  assert.equal(await page.getByLabel('Name').inputValue(), 'Acumatica')
  await box.fill('no such provider anywhere')
  await page.getByText('No provider of that name.').waitFor()
  assert.deepEqual(admin.complaints.slice(before), [])
})

test('a parameter is a field with where to find it, checked against its pattern, or a list to choose from', async () => {
  const { page } = admin
  const before = admin.complaints.length
  await page.goto('/settings/connections/new')
  const box = page.getByRole('combobox', { name: 'Provider' })
  await box.fill('shopify')
  await firstOption(page, 'Shopify')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByText('The “my-shop” in https://my-shop.myshopify.com').waitFor()
  await page.getByLabel('Client id').fill('x')
  await page.getByRole('textbox', { name: 'Shop' }).fill('evil.com/')
  await page.getByRole('button', { name: 'Save connection' }).click()
  await page.getByText('This does not look like a Shop. It looks like my-shop.').waitFor()
  await box.fill('clio')
  await firstOption(page, 'Clio')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  const host = page.getByRole('combobox', { name: 'Host' })
  await host.waitFor()
  assert.equal(await host.inputValue(), 'app.clio.com')
  await host.click()
  await page.getByRole('option', { name: 'eu.app.clio.com' }).click()
  assert.equal(await host.inputValue(), 'eu.app.clio.com')
  assert.deepEqual(admin.complaints.slice(before), [])
})
