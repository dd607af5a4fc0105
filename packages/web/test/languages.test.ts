import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { loadLanguage } from '../src/languages/languages.ts'
import { bestLanguage } from '../src/languages/preference.ts'
import { wordsOf } from '../src/languages/words.ts'
import { openStage, type Stage, visit } from './stage.ts'
import { accountId, addAccount, addConnection, connectAccount, openWindow, setUp, signIn } from './steps.ts'

const { texts: german } = await loadLanguage('de')
let stage: Stage

before(async () => {
  stage = await openStage()
  const { page, context } = await visit(stage)
  await setUp(page, stage)
  await addConnection(page, stage, 'Company mail')
  await context.close()
})
after(() => stage[Symbol.asyncDispose]())

test('texts are filled in, and take the plural form of their language', () => {
  const words = wordsOf(
    { hello: 'Hello {name}', n: { one: '{count} one', few: '{count} few', other: '{count}' } },
    'pl',
  )
  assert.equal(words.hello({ name: 'Ann' }), 'Hello Ann')
  assert.deepEqual(
    [1, 3, 5].map((count) => words.n({ count })),
    ['1 one', '3 few', '5'],
  )
  assert.equal(wordsOf({ n: '{count}' }, 'de').n({ count: 12_345 }), '12.345')
})

test('the first language of the browser that there is wins', () => {
  assert.equal(bestLanguage([undefined, 'fr-FR', 'de-AT', 'en']), 'de')
  assert.equal(bestLanguage(['xx']), 'en')
})

test('[#147] a German browser gets the page in German, and what the person chooses instead stays', async () => {
  const { page, context, complaints } = await visit(stage, { locale: 'de-DE' })
  await signIn(page, german)
  const html = page.locator('html')
  assert.equal(await html.getAttribute('lang'), 'de')
  await page.getByRole('button', { name: german.shell.userMenu }).click()
  await page.getByRole('menuitemradio', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
  assert.equal(await html.getAttribute('lang'), 'en')
  await page.reload()
  await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
  assert.equal(await html.getAttribute('lang'), 'en')
  assert.deepEqual(complaints, [])
  await context.close()
})

test('before sign-in the language can be chosen, and a refusal is told in it', async () => {
  const { page, context } = await visit(stage)
  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'Language' }).click()
  await page.getByRole('menuitemradio', { name: 'Deutsch' }).click()
  await page.getByRole('heading', { name: 'Anmelden', level: 1 }).waitFor()
  await page.getByLabel('Name').fill('Nobody')
  await page.getByRole('textbox', { name: 'Passwort' }).fill('not the password')
  await page.getByRole('button', { name: 'Anmelden' }).click()
  const alert = page.getByRole('alert')
  await alert.waitFor()
  assert.match(await alert.innerText(), /Die Anmeldung ist nicht gelungen[\s\S]*Prüfen Sie Name und Passwort/)
  await context.close()
})

test('the windows around consent speak the language of the page, and so does the state that follows', async () => {
  const { page, context } = await visit(stage, { locale: 'de-DE' })
  await signIn(page, german)
  await page.goto('/accounts')
  await page.getByRole('link', { name: german.accounts.add }).first().click()
  await page.getByLabel(german.accounts.hint).fill('erika@sandbox.example')
  await page.getByRole('button', { name: german.accounts.next }).click()
  const opened = await openWindow(page, /^Weiter zu/)
  await opened.getByRole('button', { name: 'Deny' }).click()
  await opened.getByRole('heading', { name: 'Nicht verbunden', level: 1 }).waitFor()
  assert.equal(await opened.locator('html').getAttribute('lang'), 'de')
  await opened.close()
  await page.goto(`/accounts/${accountId(page)}`)
  await page.getByText('Die Zustimmung wurde beim Anbieter abgelehnt').waitFor()
  await page.getByText('Bitte neu verbinden').first().waitFor()
  await context.close()
})

test('a choice on the page counts for the window after consent too, against the browser’s own language', async () => {
  const { page, context } = await visit(stage, { locale: 'de-DE' })
  await page.goto('/sign-in')
  await page.getByRole('button', { name: german.shell.language }).click()
  await page.getByRole('menuitemradio', { name: 'English' }).click()
  await signIn(page)
  await addAccount(page, 'ines@sandbox.example')
  const opened = await openWindow(page, /^Continue to/)
  await opened.getByRole('button', { name: 'Deny' }).click()
  await opened.getByRole('heading', { name: 'Not connected', level: 1 }).waitFor()
  assert.equal(await opened.locator('html').getAttribute('lang'), 'en')
  await context.close()
})

test('the provider’s own words stay as they are in every language', async () => {
  const english = await visit(stage)
  await signIn(english.page)
  const id = await connectAccount(english.page, 'max@sandbox.example')
  await stage.sandbox.revokeGrant(stage.sandbox.families().at(-1)?.id ?? '')
  await english.context.close()
  const { page, context } = await visit(stage, { locale: 'de-DE' })
  await signIn(page, german)
  await page.goto(`/accounts/${id}`)
  await page.getByRole('button', { name: german.accounts.refresh }).click()
  await page.getByText('Der Anbieter hat diese Anmeldung beendet').waitFor()
  const alert = page.getByRole('alert')
  await alert.waitFor()
  const words = await alert.innerText()
  assert.match(words, /Neue Zustimmung nötig/)
  await alert.getByRole('button', { name: german.shared.technical }).click()
  await alert.getByText('invalid_grant').first().waitFor()
  await context.close()
})
