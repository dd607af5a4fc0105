import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { type SandboxMail, startSandboxMail } from '@evergrant/sandbox'
import type { Locator, Page } from 'playwright-core'
import { loadLanguage } from '../src/languages/languages.ts'
import { assertAccessible, assertFits } from './looks.ts'
import { openStage, type Stage, type Visit, visit } from './stage.ts'
import { addConnection, connectAccount, prove, setUp, signIn } from './steps.ts'

const ALICE = 'alice@sandbox.example'
let stage: Stage
let mail: SandboxMail
let admin: Visit
let account: string

before(async () => {
  stage = await openStage({ EVERGRANT_MAIL_IMAP_PORT: '0' })
  mail = await startSandboxMail(stage.sandbox)
  admin = await visit(stage)
  await setUp(admin.page, stage)
  await addConnection(admin.page, stage, 'Test provider')
  account = await connectAccount(admin.page, ALICE)
})
after(async () => {
  await mail.close()
  await stage[Symbol.asyncDispose]()
})

/** Opens the tab, and looks at it as a person with a screen reader would. */
async function openMail(page: Page): Promise<void> {
  await page.goto(`/accounts/${account}`)
  await page.getByRole('tab', { name: 'Mail' }).click()
}

async function assertFitsPhone(page: Page): Promise<void> {
  await page.setViewportSize({ width: 360, height: 740 })
  await assertFits(page)
  await page.setViewportSize({ width: 1080, height: 720 })
}

test('where the mail servers are not known, a person enters them, and the inbox opens without more ado', async () => {
  const { page, complaints } = admin
  await openMail(page)
  await page.getByText('The mail servers of this account are not known.').waitFor()
  const server = (name: string) => page.getByRole('group', { name })
  const enter = async (name: string, host: string, port: number) => {
    await server(name).getByLabel('Server').fill(host)
    await server(name).getByLabel('Port').fill(String(port))
    await server(name).getByRole('combobox', { name: 'Security' }).click()
    await page.getByRole('option', { name: 'none (this machine only)' }).click()
  }
  assert.equal(await server('Read (IMAP)').getByLabel('Port').isDisabled(), true, 'no port without a server')
  await enter('Read (IMAP)', 'a host', mail.ports.imap)
  await enter('Send (SMTP)', '127.0.0.1', mail.ports.smtp)
  await page.getByText('Without TLS', { exact: true }).first().waitFor()
  await assertAccessible(page)
  await assertFitsPhone(page)
  await server('Send (SMTP)').getByLabel('Port').fill('99999')
  await page.getByLabel('Mailbox').fill('no address')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  const invalid = (field: Locator) => field.getAttribute('aria-invalid')
  await page.getByText('Write a name such as mail.example.org, without https:// and without a port.').waitFor()
  await page.getByText('Write one mail address, such as name@example.org.').waitFor()
  await page.getByText('Write a number from 1 to 65535, such as 993.').waitFor()
  await page.getByText('Only for a mail server on this machine, such as 127.0.0.1. Set TLS or STARTTLS.').waitFor()
  assert.equal(await invalid(server('Read (IMAP)').getByLabel('Server')), 'true')
  assert.notEqual(await invalid(server('Send (SMTP)').getByLabel('Server')), 'true')
  assert.equal(await page.getByLabel('Mailbox').evaluate((field) => field === document.activeElement), true)
  await assertAccessible(page)
  await assertFitsPhone(page)
  await page.getByLabel('Mailbox').fill('')
  await server('Send (SMTP)').getByLabel('Port').fill(String(mail.ports.smtp))
  await server('Read (IMAP)').getByLabel('Server').fill('127.0.0.1')
  await page.getByRole('combobox', { name: 'Sign-in' }).click()
  await page.getByRole('option', { name: 'OAUTHBEARER' }).click()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Enter your own password once more.').waitFor()
  await assertAccessible(page)
  await prove(page)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('button', { name: 'This mailbox is for practice' }).waitFor()
  await page.getByRole('button', { name: 'Mail servers' }).click()
  await page.getByText(`127.0.0.1:${mail.ports.imap}`).waitFor()
  await page.getByText('Some of this was set by hand.').waitFor()
  await page.getByRole('button', { name: 'Mail programs without OAuth' }).click()
  await page.getByText(`They log in as ${ALICE}; their password is an API key for this account.`).waitFor()
  await page
    .getByText(/^127\.0\.0\.1:\d+$/)
    .last()
    .waitFor()
  await assertAccessible(page)
  await assertFitsPhone(page)
  assert.deepEqual(complaints.splice(0), [], 'what cannot be was not sent')
})

test('a server set by hand has TLS until somebody says otherwise, and port and security follow each other', async () => {
  const { page } = admin
  await page.goto(`/accounts/${account}?tab=mail`)
  await page.getByRole('button', { name: 'Mail servers' }).click()
  await page.getByRole('button', { name: 'Set by hand' }).click()
  const pop = page.getByRole('group', { name: 'Read (POP)' })
  const port = pop.getByLabel('Port')
  const security = pop.getByRole('combobox', { name: 'Security' })
  await pop.getByLabel('Server').fill('pop.example.org')
  assert.equal(await security.inputValue(), 'TLS')
  assert.equal(await port.getAttribute('placeholder'), '995')
  await port.fill('110')
  assert.equal(await security.inputValue(), 'STARTTLS')
  await security.click()
  await page.getByRole('option', { name: 'TLS', exact: true }).last().click()
  assert.equal(await port.inputValue(), '995')
  await port.fill('110')
  assert.equal(await security.inputValue(), 'TLS', 'what was chosen stays')
  await page.getByRole('button', { name: 'Cancel' }).click()
})

test('each part of an account has an address, and "back" comes back to it', async () => {
  const { page } = admin
  await page.goto(`/accounts/${account}`)
  const selected = (name: string) => page.getByRole('tab', { name, selected: true }).waitFor()
  await selected('Overview')
  await page.getByRole('tab', { name: 'Mail' }).click()
  await selected('Mail')
  await page.getByRole('tab', { name: 'Mail' }).press('ArrowRight')
  await selected('Programs')
  assert.equal(
    await page.getByRole('tab', { name: 'Programs' }).evaluate((tab) => tab === document.activeElement),
    true,
  )
  assert.equal(new URL(page.url()).search, '?tab=programs')
  await page.goBack()
  await selected('Mail')
  await page.reload()
  await selected('Mail')
  await page.goBack()
  await selected('Overview')
  await page.goto(`/accounts/${account}?tab=nonsense`)
  await selected('Overview')
})

test('a person tests the mail of an account, sends a mail with a file to it, reads it, saves the file and answers', async () => {
  const { page, complaints } = admin
  await openMail(page)
  await page.getByRole('button', { name: 'Test mail' }).click()
  await page.getByText('Mail works. Tested').waitFor()
  await page.getByText(`takes mail from ${ALICE}`).waitFor()

  await page.getByRole('textbox', { name: 'To' }).fill(`${ALICE}, bob`)
  await page.getByRole('textbox', { name: 'Subject' }).fill('From me to me')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.getByText('“bob” is no mail address. Correct it: it must look like name@example.org.').waitFor()
  const to = page.getByRole('textbox', { name: 'To' })
  await to.fill('not an address')
  await page.getByText('“not an address” is no mail address.').waitFor()
  assert.equal(await to.getAttribute('aria-invalid'), 'true')
  // What only the server refuses is told at the same place, and not as a program's fault.
  const fault = {
    code: 'INVALID_REQUEST',
    field: 'to.1',
    title: 'x',
    detail: 'The field "to.1" is wrong.',
    status: 400,
  }
  const refusing = '**/mail/send'
  await page.route(refusing, (route) =>
    route.fulfill({ status: 400, contentType: 'application/problem+json', json: fault }),
  )
  await to.fill(`${ALICE}, b@localhost`)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.getByText('“b@localhost” is no mail address.').waitFor()
  assert.equal(await to.getAttribute('aria-invalid'), 'true')
  assert.equal(await page.getByText('whoever wrote the program').count(), 0)
  await page.unroute(refusing)
  assert.deepEqual(complaints.splice(0), [
    'Failed to load resource: the server responded with a status of 400 (Bad Request)',
  ])
  await page.getByRole('textbox', { name: 'Subject' }).fill('x'.repeat(501))
  await page.getByText('Write at most 500 characters.').waitFor()
  await page.getByRole('textbox', { name: 'Subject' }).fill('From me to me')
  await assertAccessible(page)
  await page.getByRole('textbox', { name: 'To' }).fill(`${ALICE}, nobody@elsewhere.test`)
  await page.getByRole('textbox', { name: 'Text' }).fill('<b>not bold</b><img src="https://evil.example/x">')
  const choose = async (name: string, buffer: Buffer, mimeType: string) => {
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Attach files' }).click(),
    ])
    await chooser.setFiles({ name, mimeType, buffer })
  }
  await choose('huge.bin', Buffer.alloc(10_000_001), 'application/octet-stream')
  await page.getByText('The files have more than 10 MB together.').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled(), true)
  await page.getByRole('button', { name: 'Remove huge.bin' }).click()
  await choose('page.html', Buffer.from('<script>alert(1)</script>'), 'text/html')
  await assertAccessible(page)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.getByText('Sent, but not to everybody').waitFor()
  await page.getByText(/takes no mail for nobody@elsewhere\.test: 550 5\.1\.1/).waitFor()
  await page.getByText(/The sign-in is all right; it is the address of the recipient/).waitFor()
  await assertAccessible(page)
  await assertFitsPhone(page)

  await page.getByRole('button', { name: 'From me to me' }).click()
  await page.getByText('<b>not bold</b><img src="https://evil.example/x">').waitFor()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Save page.html' }).click(),
  ])
  assert.equal(download.suggestedFilename(), 'page.html')
  assert.equal(await readFile(await download.path(), 'utf8'), '<script>alert(1)</script>')

  await page.getByRole('button', { name: 'Reply' }).click()
  await page.getByText('An answer to “From me to me”.').waitFor()
  assert.equal(await page.getByRole('textbox', { name: 'To' }).inputValue(), ALICE)
  assert.equal(await page.getByRole('textbox', { name: 'Subject' }).inputValue(), 'Re: From me to me')
  const text = page.getByRole('textbox', { name: 'Text' })
  assert.match(await text.inputValue(), /^\n\nOn .*, .* wrote:\n> <b>not bold<\/b>/)
  assert.equal(await text.evaluate((field) => field === document.activeElement), true)
  await assertAccessible(page)
  await assertFitsPhone(page)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.getByText('Sent.', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Re: From me to me' }).waitFor()
  assert.deepEqual(complaints, [])
})

test('what was set by hand is changed in part, and goes back to the preset; in German too', async () => {
  const { texts } = await loadLanguage('de')
  const { page, complaints } = await visit(stage, { locale: 'de-DE' })
  await signIn(page, texts)
  await page.goto(`/accounts/${account}`)
  await page.getByRole('tab', { name: 'E-Mail' }).click()
  await page.getByRole('button', { name: 'Mailserver' }).click()
  await page.getByRole('button', { name: 'Von Hand einstellen' }).click()
  const imap = page.getByRole('group', { name: 'Lesen (IMAP)' })
  assert.equal(await imap.getByLabel('Server').inputValue(), '127.0.0.1')
  await page.getByLabel('Postfach', { exact: true }).fill('team@sandbox.example')
  assert.equal(await page.getByLabel(texts.session.ownPassword).count(), 0, 'no server is named')
  await assertAccessible(page)
  await assertFitsPhone(page)
  await page.getByRole('button', { name: 'Speichern', exact: true }).click()
  await page.getByText('team@sandbox.example', { exact: true }).waitFor()
  await page.getByText(`127.0.0.1:${mail.ports.imap}`).waitFor()
  // Until the inbox has been refused: it would be asked for while its servers are being forgotten.
  await page.getByText('Der Mailserver hat die Anmeldung abgelehnt', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Voreinstellung wiederherstellen' }).click()
  await page.getByText('Die Mailserver dieses Kontos sind nicht bekannt.').waitFor()
  assert.deepEqual(
    complaints.filter((one) => !one.includes('502 (Bad Gateway)')),
    [],
  )
})
