import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { generate } from 'lean-qr'
import { toSvgPath } from 'lean-qr/extras/svg'
import { assertAccessible } from './looks.ts'
import { openStage, type Stage, visit } from './stage.ts'
import { addAccount, addConnection, setUp, signIn } from './steps.ts'

let stage: Stage

before(async () => {
  stage = await openStage()
})
after(() => stage[Symbol.asyncDispose]())

test('somebody without a user connects an account by a link, and its owner confirms who it was', async () => {
  const owner = await visit(stage)
  await setUp(owner.page, stage)
  await addConnection(owner.page, stage, 'Archive')
  await addAccount(owner.page, 'bob@example.test')
  await owner.page.goto(owner.page.url().replace(/\/connect$/, ''))
  await owner.page.getByRole('button', { name: 'Ask somebody else' }).click()
  await owner.page.getByLabel('What it is for').fill('The archive of the club.')
  await owner.page.getByRole('button', { name: 'Make the link' }).click()
  const link = (await owner.page.getByRole('region', { name: 'Link' }).innerText()).trim()
  await owner.page.getByRole('button', { name: 'Done' }).click()

  const bob = await visit(stage, { locale: 'de-DE', viewport: { width: 390, height: 800 } })
  await bob.page.goto(link)
  await bob.page.getByText('Robin bittet Sie um Zugriff.').waitFor()
  await bob.page.getByText('The archive of the club.').waitFor()
  await assertAccessible(bob.page)
  await bob.page.getByRole('button', { name: /^Weiter zu/ }).click()
  await bob.page.getByRole('button', { name: 'Allow' }).click()
  await bob.page.getByRole('heading', { name: 'Die Bestätigung steht noch aus' }).waitFor()
  // He was at the provider in this window, as he was told.
  assert.deepEqual(
    bob.complaints.filter((one) => !one.startsWith(`asked ${stage.sandbox.issuer}`)),
    [],
  )

  await owner.page.getByText('Was it the right person?').waitFor()
  await owner.page.getByRole('button', { name: 'Yes, that is right' }).click()
  await owner.page.getByText('Was it the right person?').waitFor({ state: 'detached' })
  await owner.page.getByText('Working', { exact: true }).first().waitFor()
  assert.deepEqual(owner.complaints, [])

  await bob.page.goto('about:blank')
  await bob.page.goto(link)
  await bob.page.getByText('Der Link gilt nicht', { exact: true }).waitFor()
  await bob.page.goto('about:blank')
  await bob.page.goto('/connect')
  await bob.page.getByText('Dieser Link ist unvollständig').waitFor()
  await owner.context.close()
  await bob.context.close()
})

test('a person goes on on their phone, and sees here how far they are until they confirm that it was them', async () => {
  const { page, context, complaints } = await visit(stage)
  await signIn(page)
  await addAccount(page, 'carol@example.test')
  await page.getByRole('button', { name: 'Continue on another device' }).click()
  await page.getByText('Scan this code, or open the link on the other device').waitFor()
  await assertAccessible(page)
  const pictures = process.env['PICTURES']
  if (pictures) await page.screenshot({ path: join(pictures, 'other-device.png'), fullPage: true })
  const link = (await page.getByRole('region', { name: 'Link' }).innerText()).trim()
  await page.getByRole('img', { name: 'The link as a QR code' }).waitFor()
  // The same modules as of that very link: a code of anything else differs.
  const path = await page.locator('svg[aria-label="The link as a QR code"] path').getAttribute('d')
  assert.equal(path, toSvgPath(generate(link)))

  const phone = await visit(stage, { viewport: { width: 390, height: 800 } })
  await phone.page.goto(link)
  await phone.page.getByRole('button', { name: /^Continue to/ }).click()
  await page.getByText('Waiting for consent').first().waitFor()
  await phone.page.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('Was it the right person?').waitFor()
  assert.match(await page.locator('[aria-current=step]').innerText(), /^Confirming who it was/)
  if (pictures) await page.screenshot({ path: join(pictures, 'other-device-confirm.png'), fullPage: true })
  await page.getByRole('button', { name: 'Yes, that is right' }).click()
  await page.getByText(/ is connected$/).waitFor()
  assert.deepEqual(complaints, [])
  await phone.context.close()
  await context.close()
})

test('where no window opens, the other device is offered beside this tab', async () => {
  const { page, context } = await visit(stage)
  await context.addInitScript(() => {
    window.open = () => null
  })
  await signIn(page)
  await addAccount(page, 'dan@example.test')
  await page.getByRole('button', { name: /^Continue to/ }).click()
  await page.getByText('Your browser did not open the window').waitFor()
  await page.getByRole('button', { name: 'Continue on another device' }).click()
  await page.getByText('Scan this code, or open the link on the other device').waitFor()
  await page.getByText('Your browser did not open the window').waitFor({ state: 'detached' })
  await context.close()
})
