import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { loadLanguage } from '../src/languages/languages.ts'
import { assertAccessible } from './looks.ts'
import { client, openStage, type Stage, type Visit, visit } from './stage.ts'
import { setUp, signIn } from './steps.ts'

const { texts: german } = await loadLanguage('de')
let stage: Stage
let admin: Visit

before(async () => {
  stage = await openStage()
  admin = await visit(stage)
  await setUp(admin.page, stage)
})
after(() => stage[Symbol.asyncDispose]())

async function chooseProvider(page: Page, typed: string, name: string): Promise<void> {
  await page.goto('/settings/connections/new')
  await page.getByRole('combobox', { name: 'Provider' }).fill(typed)
  await page.getByRole('option').first().filter({ hasText: name }).click()
}

const redirectUri = async (page: Page): Promise<string> => {
  const block = page.locator('pre, code, [role=region]').filter({ hasText: '/oauth/callback/' }).first()
  return (await block.innerText()).trim()
}

const file = (content: unknown, name = 'client_secret_123.json') => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
})

const google = (redirect_uris: readonly string[]) => ({
  web: {
    client_id: '123-abc.apps.googleusercontent.com',
    project_id: 'my-project-123456',
    auth_uri: 'https://accounts.google.com/o/oauth2/auth',
    token_uri: 'https://oauth2.googleapis.com/token',
    client_secret: 'GOCSPX-from-the-file-77aa',
    redirect_uris,
  },
})

test('a file that is chosen by keyboard fills the form in, says whether our redirect URI is in it, and its secret cannot be looked at', async () => {
  const { page, complaints } = admin
  await chooseProvider(page, 'google', 'Google')
  const button = page.getByRole('button', { name: 'Choose the file from the console' })
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button.press('Enter')])
  await chooser.setFiles(file(google(['https://elsewhere.example/callback'])))
  await page.getByText('Taken from client_secret_123.json: Client id, Client secret, Project ID').waitFor()
  await page.getByText('is not in the file. Add it at the provider:').waitFor()
  assert.equal(await page.getByLabel('Client id').inputValue(), '123-abc.apps.googleusercontent.com')
  assert.equal(await page.getByRole('textbox', { name: 'Project ID' }).inputValue(), 'my-project-123456')
  const secret = page.getByRole('textbox', { name: 'Client secret' })
  assert.equal(await secret.getAttribute('type'), 'password')
  assert.equal(await page.locator('.mantine-PasswordInput-visibilityToggle:visible').count(), 0)
  assert.doesNotMatch(await page.locator('body').innerText(), /GOCSPX/)
  await assertAccessible(page)

  await page.locator('input[type=file]').setInputFiles(file(google([await redirectUri(page)])))
  await page.getByText('is registered, as the file says').waitFor()
  await page.getByRole('button', { name: 'Save connection' }).click()
  await page.getByRole('heading', { name: 'Google', level: 1 }).waitFor()
  await page.getByText('••••77aa').waitFor()
  assert.doesNotMatch(await page.content(), /GOCSPX/)
  assert.deepEqual(complaints.splice(0), [])
})

test('a file can be dropped; one that does not belong here is refused with the reason, and nothing is changed', async () => {
  const { page, complaints } = admin
  await chooseProvider(page, 'google', 'Google')
  const drop = (content: unknown, name: string) =>
    page.getByText('Or drop it here').evaluate(
      (zone, [text = '', called = '']) => {
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(new File([text], called, { type: 'application/json' }))
        for (const type of ['dragover', 'drop']) {
          zone.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }))
        }
      },
      [JSON.stringify(content), name],
    )
  await drop({ type: 'service_account', private_key: 'x', client_email: 'a@b' }, 'key.json')
  await page.getByRole('alert').filter({ hasText: 'key of a service account' }).waitFor()
  await drop({ name: 'x' }, 'package.json')
  await page.getByRole('alert').filter({ hasText: 'There is no client id in it.' }).waitFor()
  const { web } = google([])
  await drop({ web: { ...web, auth_uri: 'https://login.example/a', token_uri: 'https://login.example/t' } }, 'b.json')
  await page.getByRole('alert').filter({ hasText: 'It belongs to login.example, but Google is chosen' }).waitFor()
  assert.equal(await page.getByLabel('Client id').inputValue(), '')
  await drop({ installed: { ...web, redirect_uris: ['http://localhost'] } }, 'desktop.json')
  await page.getByText('Taken from desktop.json').waitFor()
  assert.deepEqual(complaints.splice(0), [])
})

test('on a stored connection a file brings the next secret, and the former one stays beside it', async () => {
  const { page } = admin
  await page.goto('/settings/connections')
  await page
    .getByRole('link', { name: /Google/ })
    .first()
    .click()
  const { web } = google([])
  const next = { web: { ...web, client_secret: 'GOCSPX-the-next-one-88bb' } }
  await page.locator('input[type=file]').setInputFiles(file(next))
  await page.getByRole('combobox', { name: 'The secret before it' }).waitFor()
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('heading', { name: 'Two client secrets' }).waitFor()
  await page.getByText('••••88bb').waitFor()
})

test('[#147] files are read in German too', async () => {
  const { page, context } = await visit(stage, { locale: 'de-DE', viewport: { width: 360, height: 740 } })
  await signIn(page, german)
  await page.goto('/settings/connections/new')
  await page.getByRole('combobox', { name: german.connections.provider }).click()
  await page.getByRole('option').first().click()
  const registered = {
    client_id: client.client_id,
    client_secret: 'x'.repeat(20),
    client_secret_expires_at: 1_893_456_000,
  }
  await page.locator('input[type=file]').setInputFiles(file(registered, 'antwort.json'))
  await page.getByText(/Aus antwort\.json übernommen: Client-ID/).waitFor()
  assert.equal(await page.getByLabel(german.connections.secretExpiry).inputValue(), '2030-01-01')
  await page.locator('input[type=file]').setInputFiles(file('kein json', 'foto.json'))
  await page.getByRole('alert').filter({ hasText: 'Sie enthält kein JSON.' }).waitFor()
  await context.close()
})
