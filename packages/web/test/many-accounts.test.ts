import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import type { Page, Response } from 'playwright-core'
import { loadLanguage } from '../src/languages/languages.ts'
import { assertLooksRight, walks } from './looks.ts'
import { openStage, type Stage, type Visit, visit } from './stage.ts'
import { addConnection, connectAccount, setUp, signIn } from './steps.ts'

const MANY = 5_000
const ON_PAGE = 50

let stage: Stage
let owner: Visit

/** Accounts as a bulk import leaves them: nobody has consented yet. */
function seed(folder: string): void {
  const database = new DatabaseSync(join(folder, 'evergrant.db'), { timeout: 10_000 })
  const { id } = database.prepare('SELECT id FROM connections').get() ?? {}
  const add = database.prepare(
    `INSERT INTO accounts (id, connection_id, name, paused, refreshes, sort_name, search_text, created_at, updated_at)
     VALUES (?, ?, ?, 0, 0, ?, ?, ?, 0)`,
  )
  database.exec('BEGIN')
  for (let n = 0; n < MANY; n++) {
    const name = `person${String(n).padStart(4, '0')}@example.test`
    add.run(`seeded-${n}`, id ?? null, name, name, name, n)
  }
  database.exec('COMMIT')
  database.close()
}

before(async () => {
  stage = await openStage()
  owner = await visit(stage)
  await setUp(owner.page, stage)
  await addConnection(owner.page, stage, 'Company mail')
  await connectAccount(owner.page, 'alice@sandbox.example')
  const ended = await connectAccount(owner.page, 'zoe@sandbox.example')
  await stage.sandbox.revokeGrant(stage.sandbox.families().at(-1)?.id ?? '')
  await owner.page.goto(`/accounts/${ended}`)
  await owner.page.getByRole('button', { name: 'Refresh now' }).click()
  await owner.page.locator('[data-state=needs_consent]').first().waitFor()
  seed(stage.folder)
  // The renewal that was refused.
  owner.complaints.length = 0
})
after(() => stage[Symbol.asyncDispose]())

/** How many accounts each answer held that a page has got. */
function watch(page: Page): { readonly sizes: number[]; readonly done: () => Promise<void> } {
  const sizes: number[] = []
  const reading: Promise<void>[] = []
  const read = async (response: Response): Promise<void> => {
    const { accounts } = (await response.json().catch(() => ({}))) as { accounts?: unknown }
    if (Array.isArray(accounts)) sizes.push(accounts.length)
  }
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.startsWith('/v1/accounts')) reading.push(read(response))
  })
  return {
    sizes,
    done: async () => {
      await Promise.all(reading)
    },
  }
}

const rows = (page: Page) => page.getByRole('main').getByRole('listitem')

test('of five thousand accounts a page of them is fetched, and only what a person goes on to', async () => {
  const { page } = owner
  const seen = watch(page)
  await page.goto('/accounts')
  await page.getByText('1–50 of 5,002').waitFor()
  assert.equal(await rows(page).count(), ON_PAGE)
  assert.match(await rows(page).first().innerText(), /zoe@/, 'who needs a person comes first')
  assert.match(await rows(page).nth(1).innerText(), /alice@/)
  await page.getByText('Not connected yet 5,000').waitFor()

  await page.getByRole('button', { name: 'More' }).click()
  await page.getByText('51–100 of 5,002').waitFor()
  await page.getByText('person0048@example.test').waitFor()
  await page.reload()
  await page.getByText('51–100 of 5,002').waitFor()
  await page.getByRole('link', { name: /person0060/ }).click()
  await page.getByRole('heading', { name: 'person0060@example.test', level: 1 }).waitFor()
  await page.goBack()
  await page.getByText('51–100 of 5,002').waitFor()
  await page.getByRole('button', { name: 'Back' }).click()
  await page.getByText('1–50 of 5,002').waitFor()

  await page.getByRole('searchbox', { name: 'Search accounts' }).fill('person4999')
  await page.getByRole('link', { name: /person4999/ }).waitFor()
  await page.getByText('All accounts 1', { exact: true }).waitFor()
  assert.equal(await rows(page).count(), 1)
  await page.goto('/accounts?show=attention')
  await page.getByRole('link', { name: /zoe@/ }).waitFor()
  assert.equal(await rows(page).count(), 1)

  // Other screens that speak of accounts fetch no more either.
  await page.goto('/settings/audit')
  await page.getByRole('row').nth(5).waitFor()
  await page.goto('/settings/api-keys')
  await page.getByRole('button', { name: 'Create API key' }).click()
  await page.getByRole('radio', { name: 'Only these' }).check()
  await page.getByRole('combobox', { name: 'Accounts' }).fill('person3210')
  await page.getByRole('option', { name: /person3210/ }).click()
  await page.getByRole('combobox', { name: 'Accounts' }).fill('alice')
  await page.getByRole('option', { name: /alice/ }).click()
  await page
    .getByRole('dialog')
    .getByText(/person3210/)
    .first()
    .waitFor()
  await page.goto('/')
  await page.getByRole('link', { name: /^5,002\s*All accounts/ }).waitFor()
  await seen.done()
  assert.ok(seen.sizes.length >= 6, String(seen.sizes))
  assert.ok(Math.max(...seen.sizes) <= ON_PAGE, `an answer held ${Math.max(...seen.sizes)} accounts`)
  assert.deepEqual(owner.complaints, [])
})

test('accounts that were chosen on two pages are paused together, and what does not work is named', async () => {
  const { page } = owner
  await page.goto('/accounts?sort=name&q=person00')
  await page.getByRole('checkbox', { name: 'Select person0003@example.test' }).check()
  await page.getByRole('checkbox', { name: 'Select person0004@example.test' }).check()
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('checkbox', { name: 'Select person0060@example.test' }).check()
  const bar = page.getByRole('region', { name: '3 accounts selected' })
  // Removed behind the page's back: the others are paused all the same.
  await page.request.delete('/v1/accounts/seeded-4', { headers: { 'x-evergrant': '1', origin: stage.url } })
  await bar.getByRole('button', { name: 'Pause' }).click()
  await bar.getByText('Paused: 3 of 3').waitFor()
  await bar.getByText('With one it did not work as wanted:').waitFor()
  await bar.getByText('person0004@example.test').waitFor()
  await bar.getByRole('button', { name: 'Close' }).click()
  await page.goto('/accounts?show=paused')
  await page.getByRole('link', { name: /person0060/ }).waitFor()
  assert.equal(await rows(page).count(), 2)

  await page.getByRole('checkbox', { name: 'Select all on this page' }).check()
  await page.getByRole('region', { name: '2 accounts selected' }).getByRole('button', { name: 'Resume' }).click()
  await page.getByText('Resumed: 2 of 2').waitFor()
  await page.getByText('There are none of these.').waitFor()
})

test('all that were found are chosen and removed at once, after a question', async () => {
  const { page } = owner
  await page.goto('/accounts?sort=name&q=person01')
  await page.getByText('1–50 of 100').waitFor()
  await page.getByRole('checkbox', { name: 'Select person0100@example.test' }).check()
  await page.getByRole('button', { name: 'Select all 100 that were found' }).click()
  const bar = page.getByRole('region', { name: '100 accounts selected' })
  await bar.getByRole('button', { name: 'Remove' }).click()
  const dialog = page.getByRole('dialog', { name: 'Remove 100 accounts?' })
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('Removed: 100 of 100').waitFor()
  await page.getByRole('button', { name: 'Close' }).click()
  await page.getByText('No account has that in its name').waitFor()
})

test('what was found is exported as a table', async () => {
  const { page } = owner
  await page.goto('/accounts?q=person02')
  await page.getByText('All accounts 100', { exact: true }).waitFor()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export' }).click(),
  ])
  const text = await readFile(await download.path(), 'utf8')
  assert.equal(text.trimEnd().split('\r\n').length, 101)
  assert.equal(download.suggestedFilename(), 'evergrant-accounts.csv')
})

test('an account that somebody removes while its page is open says so, and is no error', async () => {
  const { page } = owner
  // Of what happened before the page listens it hears nothing.
  const listens = page.waitForResponse((response) => new URL(response.url()).pathname === '/v1/events')
  await page.goto('/accounts/seeded-300')
  await listens
  await page.getByRole('heading', { name: 'person0300@example.test', level: 1 }).waitFor()
  await page.request.delete('/v1/accounts/seeded-300', { headers: { 'x-evergrant': '1', origin: stage.url } })
  await page.locator('[data-state=removed]').waitFor()
  await page.getByRole('link', { name: 'Go to accounts' }).click()
  await page.getByText(/^1–50 of/).waitFor()
})

for (const walk of Object.values(walks)) {
  test(`the long list and its tools are accessible and fit their width (${walk.name})`, async () => {
    const { texts } = await loadLanguage(walk.language)
    const { page, context, complaints } = await visit(stage, walk.options)
    await signIn(page, texts)
    await page.goto('/accounts?sort=name')
    await page.getByRole('checkbox', { name: texts.accounts.select({ account: 'alice@sandbox.example' }) }).check()
    await page.getByText(texts.accounts.chosen({ count: 1 })).waitFor()
    await assertLooksRight(page, walk, complaints, 'many')
    await context.close()
  })
}
