import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { filterOf, groupCounts, shownFrom } from '../src/accounts/account-groups.ts'
import type { Overview } from '../src/api/types.ts'
import { loadLanguage } from '../src/languages/languages.ts'
import { assertLooksRight, walks } from './looks.ts'
import { openStage, type Stage, type Visit, visit } from './stage.ts'
import { addAccount, addConnection, connectAccount, setUp, signIn } from './steps.ts'

let stage: Stage
let owner: Visit

before(async () => {
  stage = await openStage()
  owner = await visit(stage)
  const { page } = owner
  await setUp(page, stage)
  await addConnection(page, stage, 'Company mail')
  await page.getByLabel('The secret ends on').fill(new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10))
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Saved.', { exact: true }).waitFor()
  const working = await connectAccount(page, 'alice@sandbox.example')
  await page.goto(`/accounts/${working}`)
  await page.getByRole('button', { name: 'Refresh now' }).click()
  await page.getByText('A fresh access token was stored.').waitFor()
  const ended = await connectAccount(page, 'bob@sandbox.example')
  await stage.sandbox.revokeGrant(stage.sandbox.families().at(-1)?.id ?? '')
  await page.goto(`/accounts/${ended}`)
  await page.getByRole('button', { name: 'Refresh now' }).click()
  await page.locator('[data-state=needs_consent]').first().waitFor()
  await addAccount(page, 'carol@sandbox.example')
  // Counting is nobody's to wait for: it comes after the answers.
  for (let counted = 0; counted < 2; ) {
    const { providers } = (await (await page.request.get('/v1/overview')).json()) as Overview
    counted = providers.reduce((sum, { refreshed, failed }) => sum + refreshed + failed, 0)
  }
})
after(() => stage[Symbol.asyncDispose]())

test('accounts are counted in groups that leave none out', () => {
  const states = {
    ok: 3,
    delayed: 1,
    degraded: 1,
    needs_consent: 2,
    blocked_by_admin: 1,
    connection_error: 0,
    new: 4,
    awaiting_consent: 1,
    checking: 0,
    paused: 5,
  }
  assert.deepEqual(groupCounts(states), { all: 18, working: 4, attention: 4, waiting: 5, paused: 5 })
  assert.equal(shownFrom('attention'), 'attention')
  assert.equal(shownFrom('expiring_soon'), 'expiring_soon')
  assert.deepEqual(filterOf('expiring_soon'), { flag: 'expiring_soon' })
  assert.deepEqual(filterOf('paused'), { states: ['paused'] })
  assert.deepEqual(filterOf('all'), {})
  assert.equal(shownFrom('nonsense'), 'all')
})

test('the front page counts accounts, and each number leads to exactly those', async () => {
  const { page } = owner
  await page.goto('/')
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
  await page.getByRole('link', { name: /^3\s*All accounts/ }).waitFor()
  await page.getByRole('link', { name: /^1\s*Working/ }).waitFor()
  await page.getByRole('link', { name: /^1\s*Need attention/ }).click()
  await page.getByText('bob@sandbox.example').waitFor()
  assert.equal(await page.locator('[data-state]').count(), 1)
  await page.getByText('All accounts').click()
  await page.getByText('alice@sandbox.example').waitFor()
})

test('renewals and failures are a plot with words, and the same as a table', async () => {
  const { page } = owner
  await page.goto('/')
  await page.getByRole('img', { name: /^Renewals: 1; failures: 1;/ }).waitFor()
  await page.getByRole('button', { name: 'Show as a table' }).click()
  // Two rows when an hour began between the two.
  const cells = await page.getByRole('table').first().getByRole('cell').allInnerTexts()
  assert.equal(
    cells.reduce((sum, one) => sum + Number(one), 0),
    2,
  )
  await page.getByText('7 days').click()
  await page.getByRole('img', { name: /^Renewals: 1; failures: 1;/ }).waitFor()
})

test('a client secret that ends in five days is told on the front page and in the list of connections', async () => {
  const { page } = owner
  for (const path of ['/', '/settings/connections']) {
    await page.goto(path)
    const end = page.getByText(/^Client secret ends in \d days$/).first()
    await end.waitFor()
    assert.equal(await end.getAttribute('data-tone'), 'bad')
  }
})

for (const walk of Object.values(walks)) {
  test(`the front page is accessible and fits its width (${walk.name})`, async () => {
    const { texts } = await loadLanguage(walk.language)
    const { page, context, complaints } = await visit(stage, walk.options)
    await signIn(page, texts)
    await page.goto('/')
    await page.getByRole('button', { name: texts.overview.asTable }).click()
    await page.getByRole('table').first().waitFor()
    await assertLooksRight(page, walk, complaints, 'overview')
    await context.close()
  })
}
