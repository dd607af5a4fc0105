import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { placesOf, scaleOf } from '../src/accounts/timeline-places.ts'
import type { TimelineMark } from '../src/api/types.ts'
import { loadLanguage } from '../src/languages/languages.ts'
import { assertLooksRight, walks } from './looks.ts'
import { openStage, type Stage, type Visit, visit } from './stage.ts'
import { addConnection, connectAccount, openWindow, setUp, signIn } from './steps.ts'

const DAY = 86_400

let stage: Stage
let owner: Visit
let account: string

async function refresh(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Refresh now' }).click()
}

before(async () => {
  stage = await openStage()
  owner = await visit(stage)
  const { page } = owner
  await setUp(page, stage)
  await addConnection(page, stage, 'Company mail')
  stage.sandbox.fault({
    match: { endpoint: 'token' },
    times: Number.POSITIVE_INFINITY,
    set: { refresh_token_expires_in: 9 * DAY },
  })
  account = await connectAccount(page, 'alice@sandbox.example')
  await page.goto(`/accounts/${account}`)
  await refresh(page)
  await page.getByText('A fresh access token was stored.').waitFor()
  await stage.sandbox.revokeGrant(stage.sandbox.families().at(-1)?.id ?? '')
  await refresh(page)
  await page.locator('[data-state=needs_consent]').first().waitFor()
  const opened = await openWindow(page, 'Reconnect')
  await opened.getByRole('button', { name: 'Allow' }).click()
  await page.locator('[data-state=ok]').first().waitFor()
  owner.complaints.length = 0
})
after(() => stage[Symbol.asyncDispose]())

test('the life of a grant is drawn from its beginning to its predicted end, and what would lie over each other is one', () => {
  const now = 1_800_000_000
  const { to, place } = scaleOf({
    from: now - 10 * DAY,
    now,
    predicted_end: { at: now + 10 * DAY, reason: 'idle', moves: true },
  })
  assert.equal(to, now + 10 * DAY)
  assert.deepEqual([place(now - 20 * DAY), place(now), place(to), place(to + 1)], [0, 50, 100, 100])
  const far = scaleOf({
    from: now - DAY,
    now,
    predicted_end: { at: now + 4000 * DAY, reason: 'absolute', moves: false },
  })
  assert.equal(far.to, now + 30 * DAY, 'an end in years does not press a day into nothing')
  assert.deepEqual([far.place(now), far.place(far.to)], [35, 100])
  assert.equal(scaleOf({ from: now - DAY, now }).to, now)
  const marks: TimelineMark[] = [
    { at: now - 9 * DAY, type: 'consented' },
    { at: now - 60, type: 'failing', times: 2 },
    { at: now - 50, type: 'ended' },
    { at: now - 40, type: 'consented' },
  ]
  assert.deepEqual(
    placesOf(marks, place).map(({ mark }) => mark.type),
    ['consented', 'ended'],
  )
})

test('the life of a grant is a plot with words, and the same as tables', async () => {
  const { page } = owner
  await page.goto(`/accounts/${account}`)
  const plot = page.getByRole('img', {
    name: /Last consented on .*Renewed once\. One renewal failed\. .*Expected to end on /,
  })
  await plot.waitFor()
  await page.getByRole('button', { name: 'Show as tables' }).click()
  const table = page.getByRole('table').first()
  await table.getByText('The permission ended').waitFor()
  await table.getByText('Expected end').waitFor()
  assert.equal(await table.getByText('The owner said yes').count(), 2)
})

test('a next refresh whose time has come is due, on the account and in the list', async () => {
  const page = await owner.context.newPage()
  await page.clock.setFixedTime(Date.now() + 3 * DAY * 1000)
  await page.goto(`${stage.url}/accounts/${account}`)
  const fact = page.locator('dl > *', { hasText: 'Next refresh' })
  await fact.getByText('due', { exact: true }).waitFor()
  await page.goto(`${stage.url}/accounts`)
  await page.getByText('Next refresh: due').waitFor()
  await page.close()
})

test('a permission that ends soon says so with what to do, and is found in the list by it', async () => {
  const { page } = owner
  await page.goto(`/accounts/${account}`)
  const notice = page.getByRole('status').filter({ hasText: 'The permission ends soon' })
  await notice.getByText('Reconnect before then, and no program notices anything.').waitFor()
  await notice.getByRole('button', { name: 'Reconnect' }).waitFor()
  await page.goto('/accounts?show=expiring_soon')
  await page.getByRole('link', { name: /alice@/ }).waitFor()
  assert.equal(await page.locator('[data-state=expiring_soon]').count(), 1)
})

test('what could not be looked up after consent is told with who must act, and asked for again with one click', async () => {
  const { page } = owner
  const bob = await connectAccount(page, 'bob@sandbox.example')
  // As a provider that answers 503 after consent leaves it; packages/server/test/look-up.test.ts has such a one.
  const database = new DatabaseSync(join(stage.folder, 'evergrant.db'), { timeout: 10_000 })
  const { record } = database.prepare('SELECT record FROM evergrant_grants WHERE id = ?').get(bob) ?? {}
  const trouble = { code: 'PROVIDER_UNAVAILABLE', message: 'api.example answered 503.' }
  const failed = { ...JSON.parse(String(record)), look_up_failed: { at: Math.floor(Date.now() / 1000), trouble } }
  database.prepare('UPDATE evergrant_grants SET record = ? WHERE id = ?').run(JSON.stringify(failed), bob)
  database.close()
  await page.goto('/accounts')
  await page.locator('[data-state=look_up_failed]').waitFor()
  await page.getByRole('link', { name: /bob@/ }).click()
  const notice = page.getByRole('status').filter({ hasText: 'Something about this account could not be asked for' })
  await notice.getByText('Who can fix it: the provider').waitFor()
  const pictures = process.env['PICTURES']
  if (pictures) await page.screenshot({ path: join(pictures, 'look-up.png'), fullPage: true })
  await notice.getByRole('button', { name: 'Ask again' }).click()
  await notice.waitFor({ state: 'detached' })
  assert.equal(await page.locator('[data-state=look_up_failed]').count(), 0)
  assert.deepEqual(owner.complaints, [])
})

for (const walk of Object.values(walks)) {
  test(`the life of a grant is accessible and fits its width (${walk.name})`, async () => {
    const { texts } = await loadLanguage(walk.language)
    const { page, context, complaints } = await visit(stage, walk.options)
    await signIn(page, texts)
    await page.goto(`/accounts/${account}`)
    await page.getByRole('button', { name: texts.timeline.asTable }).click()
    await page.getByRole('table').first().waitFor()
    await assertLooksRight(page, walk, complaints, 'life')
    await context.close()
  })
}
