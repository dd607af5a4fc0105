import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type SandboxMail, startSandboxMail } from '@evergrant/sandbox'
import type { Page } from 'playwright-core'
import { loadLanguage } from '../src/languages/languages.ts'
import { assertLooksRight, openIn, walks } from './looks.ts'
import { allScreens, type Screen } from './screens.ts'
import { foreignTo, textsOf } from './spoken.ts'
import { administrator, openStage, type Stage, type Visit, visit } from './stage.ts'
import { openWindow, prove, signIn } from './steps.ts'

const { texts: german } = await loadLanguage('de')

/** What people of the test and its provider wrote: it stays as it is. */
const theirs: readonly (string | RegExp)[] = [
  'Evergrant',
  administrator.name,
  'Company mail',
  'Ben',
  'Cleo',
  'Invoice mailer',
  // Names of providers and what they are called beside.
  'Google',
  'Microsoft 365',
  'Salesforce',
  'Sandbox',
  // Scopes as the provider spells them, and ways to sign in to mail.
  /^(?:(?:openid|profile|email|api)(?: |$))+$/,
  // A value that is usual for a field.
  'common',
  'XOAUTH2',
  'OAUTHBEARER',
  // The provider's own words.
  'The grant has ended: the person took the consent back.',
  'There is no client with this client_id.',
  /Evergrant sandbox$/,
  // A subject in the mailbox.
  'This mailbox is for practice',
  // The end of a secret.
  /^••••.{4}$/,
]

const own: readonly (readonly [id: string, name: string])[] = [
  ['google', 'Google'],
  ['microsoft', 'Microsoft 365'],
  ['salesforce', 'Salesforce'],
]

let stage: Stage
let mail: SandboxMail
let screens: readonly Screen[]
let admin: Visit

before(async () => {
  stage = await openStage()
  mail = await startSandboxMail(stage.sandbox)
  const { page, context } = await visit(stage)
  screens = await allScreens(page, stage)
  await context.close()
  admin = await visit(stage, { locale: 'de-DE' })
  await signIn(admin.page, german)
})
after(async () => {
  await mail.close()
  await stage[Symbol.asyncDispose]()
})

const foreign = await foreignTo(theirs)

async function foreignOn(page: Page): Promise<string[]> {
  return (await textsOf(page)).flatMap(foreign)
}

test('[#147] every screen in German is German, apart from names and other people’s words, accessible, quiet in the console, and fits a desktop and a small phone', async (t) => {
  const walk = walks.german
  const signedIn = await visit(stage, walk.options)
  const signedOut = await visit(stage, walk.options)
  await signIn(signedIn.page, german)
  for (const screen of screens) {
    await t.test(screen.name, async () => {
      const { page, complaints } = screen.signedOut ? signedOut : signedIn
      await openIn(page, walk, screen.path)
      await screen.ready(page, german)
      assert.equal(await page.locator('html').getAttribute('lang'), walk.language)
      const onPhone = await foreignOn(page)
      await assertLooksRight(page, walk, complaints, screen.name)
      assert.deepEqual([...new Set([...onPhone, ...(await foreignOn(page))])], [])
    })
  }
  await signedIn.context.close()
  await signedOut.context.close()
})

test('the look at a page finds English: on the English page it finds plenty', async () => {
  const { page, context } = await visit(stage)
  await page.goto('/sign-in')
  await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor()
  const found = await foreignOn(page)
  assert.deepEqual(
    ['Welcome back', 'Password', 'Show or hide what was typed'].filter((text) => !found.includes(text)),
    [],
    `found: ${found.join(' | ')}`,
  )
  await context.close()
})

for (const [id, name] of own) {
  test(`what to do at the console of ${name} is told in German, with notes, parameters and permissions`, async () => {
    const { page } = admin
    await page.goto('/settings/connections/new')
    const box = page.getByRole('combobox', { name: german.connections.provider })
    await box.fill(id)
    await page.getByRole('option', { name, exact: true }).click()
    const show = page.getByRole('button', { name: german.connections.showGuide })
    await page.getByText(german.connections.registerLead).waitFor()
    if (await show.isVisible()) await show.click()
    await page
      .getByText(/Kopieren Sie|kopieren Sie/)
      .first()
      .waitFor()
    assert.deepEqual(await foreignOn(page), [])
  })
}

test('mail is tested, read and sent in German, and a mailbox that fails says so in German', async () => {
  const { page } = admin
  const { path } = screens.find((screen) => screen.name === 'account') ?? assert.fail()
  const look = async () => {
    await page.goto(path)
    await page.getByRole('tab', { name: german.accounts.tabs.mail }).click()
    await page.getByRole('button', { name: german.mail.verify }).click()
    await page
      .getByRole('status')
      .filter({ hasText: /E-Mail funktioniert/ })
      .waitFor()
  }
  const at = (port: number) => ({ host: '127.0.0.1', port, security: 'none' })
  const set = (ports: { readonly imap: number; readonly smtp: number }) =>
    page.evaluate(
      async ([where, body]) => {
        const headers = { 'content-type': 'application/json', 'x-evergrant': '1' }
        return (await fetch(where, { method: 'PUT', headers, body })).status
      },
      [
        `/v1${path}/mail`,
        JSON.stringify({ imap: at(ports.imap), smtp: at(ports.smtp), password: administrator.password }),
      ] as const,
    )
  assert.equal(await set(mail.ports), 200)
  await look()
  await page.getByRole('button', { name: german.mail.send }).waitFor()
  assert.deepEqual(await foreignOn(page), [])
  // Its mail server speaks another protocol.
  assert.equal(await set({ imap: mail.ports.smtp, smtp: mail.ports.imap }), 200)
  await look()
  await page.getByText(german.mail.fails).waitFor()
  assert.deepEqual(await foreignOn(page), [])
})

test('a refusal of the server is told in German, down to what it says about this one', async () => {
  const { page } = admin
  await page.goto('/accounts/none')
  await page.getByRole('heading', { name: german.shared.notFoundTitle }).waitFor()
  assert.deepEqual(await foreignOn(page), [])
  await page.goto('/settings/connections/new')
  await page.getByRole('combobox', { name: german.connections.provider }).fill('OpenID')
  await page
    .getByRole('option', { name: /OpenID Connect/ })
    .first()
    .click()
  await page.getByRole('textbox', { name: german.connections.name, exact: true }).fill('Company mail')
  await page.getByLabel(german.connections.clientId).fill('x')
  await page.getByRole('textbox', { name: german.connections.clientSecret }).fill('long-enough-secret')
  await page.getByLabel(german.connections.issuer).fill('https://user:pass@login.example.com')
  await page.getByRole('button', { name: german.connections.save }).click()
  await page
    .getByRole('alert')
    .getByRole('paragraph')
    .getByText(/darf keinen Benutzernamen/)
    .waitFor()
  assert.deepEqual(await foreignOn(page), [])
})

test('who declines, or connects by a link of somebody else, reads German all the way, and so does who asked', async () => {
  const { page } = admin
  const start = async (hint: string) => {
    await page.goto('/accounts/new')
    await page.getByLabel(german.accounts.hint).fill(hint)
    await page.getByRole('button', { name: german.accounts.next }).click()
    await page.getByRole('button', { name: /^Weiter zu/ }).waitFor()
  }
  await start('frieda@sandbox.example')
  const opened = await openWindow(page, /^Weiter zu/)
  assert.deepEqual(await foreignOn(page), [])
  await opened.getByRole('button', { name: 'Deny' }).click()
  await opened.getByRole('heading', { name: 'Nicht verbunden', level: 1 }).waitFor()
  assert.deepEqual(await foreignOn(opened), [])
  await page.getByText(german.accounts.notConnected).first().waitFor()
  assert.deepEqual(await foreignOn(page), [])

  await start('gustav@sandbox.example')
  await page.goto(page.url().replace(/\/connect$/, ''))
  await page.getByRole('button', { name: german.links.ask }).click()
  await page.getByRole('button', { name: german.links.make }).click()
  const region = page.getByRole('region', { name: german.links.link, exact: true })
  const link = (await region.innerText()).trim()
  assert.deepEqual(await foreignOn(page), [])
  await page.getByRole('button', { name: german.links.done }).click()
  const gustav = await visit(stage, { locale: 'de-DE' })
  await gustav.page.goto(link)
  await gustav.page.getByRole('button', { name: /^Weiter zu/ }).waitFor()
  assert.deepEqual(await foreignOn(gustav.page), [])
  await gustav.page.getByRole('button', { name: /^Weiter zu/ }).click()
  await gustav.page.getByRole('button', { name: 'Allow' }).click()
  await gustav.page.getByRole('heading', { name: 'Die Bestätigung steht noch aus' }).waitFor()
  assert.deepEqual(await foreignOn(gustav.page), [])
  await page.getByText(german.links.confirmTitle).waitFor()
  assert.deepEqual(await foreignOn(page), [])
  await gustav.context.close()
  const late = await visit(stage, { locale: 'de-DE' })
  await late.page.goto(link)
  await late.page.getByRole('alert').waitFor()
  assert.deepEqual(await foreignOn(late.page), [])
  await late.context.close()
})

// The last one: the connection is not as it was before.
test('a check that fails says in German what is wrong and who mends it', async () => {
  const { page } = admin
  const { path } = screens.find((screen) => screen.name === 'connection') ?? assert.fail()
  await page.goto(path)
  const call = async (name: string) => {
    await page.getByLabel(german.connections.clientId).fill(name)
    // People sign in with this connection.
    await prove(page, german)
    await page.getByRole('button', { name: german.connections.saveChanges }).click()
    await page.getByText(german.connections.saved, { exact: true }).waitFor()
  }
  await call('somebody-else')
  await page.getByRole('button', { name: german.connections.check }).click()
  await page.getByText(german.connections.checkBad).waitFor()
  assert.deepEqual(await foreignOn(page), [])
})
