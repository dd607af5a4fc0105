import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openStage, type Stage, type Visit, visit } from './stage.ts'
import { accountId, addAccount, addConnection, connectAccount, openWindow, setUp, signIn } from './steps.ts'

let stage: Stage
let owner: Visit

before(async () => {
  stage = await openStage()
  owner = await visit(stage)
  await setUp(owner.page, stage)
  await addConnection(owner.page, stage, 'Test provider')
})
after(() => stage[Symbol.asyncDispose]())

const states = (visit: Visit) => visit.page.locator('[data-state]')

test('[#42] [#43] [#134] consent in a window turns the account green in the first window, and the window closes itself', async () => {
  const { page } = owner
  await addAccount(page, 'alice@sandbox.example')
  const opened = await openWindow(page, /^Continue to/)
  assert.notEqual(new URL(opened.url()).origin, stage.url, 'the provider is on another origin')
  await page.getByText('Waiting for consent').first().waitFor()

  const closed = opened.waitForEvent('close')
  await opened.getByRole('button', { name: 'Allow' }).click()
  await opened.getByRole('heading', { level: 1 }).waitFor()
  assert.equal(new URL(opened.url()).search, '', 'code and state do not stay in the address')

  await page.getByText('alice@sandbox.example is connected').waitFor()
  await closed
  await page.getByRole('link', { name: 'Open the account' }).click()
  assert.equal(await states(owner).first().getAttribute('data-state'), 'ok')
  assert.deepEqual(owner.complaints, [])
})

test('[#36] [#44] a declined consent is explained, with a way to begin again', async () => {
  const { page } = owner
  await addAccount(page, 'bob@sandbox.example')
  const opened = await openWindow(page, /^Continue to/)
  await opened.getByRole('button', { name: 'Deny' }).click()
  const failure = page.getByRole('status').filter({ hasText: 'The account was not connected' })
  await failure.waitFor()
  const again = await openWindow(page, 'Start again')
  await again.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('bob@sandbox.example is connected').waitFor()
})

test('when the browser opens no window, the same click ends in a link that connects in this tab', async () => {
  const { page, context } = await visit(stage)
  await context.addInitScript(() => {
    window.open = () => null
  })
  await signIn(page)
  await addAccount(page, 'carol@sandbox.example')
  const id = accountId(page)
  await page.getByRole('button', { name: /^Continue to/ }).click()
  await page.getByText('Your browser did not open the window').waitFor()
  await page.getByRole('button', { name: 'Copy link' }).waitFor()
  await page.getByRole('link', { name: /^Continue to/ }).click()
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.waitForURL((url) => url.origin === stage.url)
  await page.goto(`/accounts/${id}`)
  await page.locator('[data-state=ok]').waitFor()
  await context.close()
})

test('a window that was closed early is no error: the page offers to begin again', async () => {
  const { page } = owner
  await addAccount(page, 'dave@sandbox.example')
  const opened = await openWindow(page, /^Continue to/)
  await opened.close()
  await page.getByText('Finish in the other window, or start again.').waitFor()
  assert.equal(await page.getByRole('alert').count(), 0)
  const again = await openWindow(page, 'Start again')
  await again.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('dave@sandbox.example is connected').waitFor()
})

test('a callback that arrives in another browser is explained there and connects nothing', async () => {
  const { page } = owner
  await addAccount(page, 'erin@sandbox.example')
  const opened = await openWindow(page, /^Continue to/)
  const callback = await stage.sandbox.approve(opened.url(), { username: 'erin@sandbox.example' })

  const stranger = await visit(stage)
  await stranger.page.goto(callback)
  await stranger.page.getByRole('heading', { level: 1 }).waitFor()
  assert.match(await stranger.page.locator('body').innerText(), /browser/i)
  await stranger.context.close()

  await page.goto(`/accounts/${accountId(page)}`)
  const state = await states(owner).first().getAttribute('data-state')
  assert.notEqual(state, 'ok')
})

test('[#45] an account whose permission ended is reconnected with one click and keeps its id', async () => {
  const { page } = owner
  const id = await connectAccount(page, 'frank@sandbox.example')
  const family = stage.sandbox.families().at(-1)
  assert.ok(family)
  await stage.sandbox.revokeGrant(family.id)
  await page.goto(`/accounts/${id}`)
  await page.getByRole('button', { name: 'Refresh now' }).click()
  await page.locator('[data-state=needs_consent]').waitFor()

  const opened = await openWindow(page, 'Reconnect')
  await opened.getByRole('button', { name: 'Allow' }).click()
  await page.locator('[data-state=ok]').waitFor()
  assert.equal(accountId(page), id)
})

test('the account turns green by asking again when the event stream does not get through', async () => {
  const { page, context } = await visit(stage)
  await context.route('**/v1/events', (route) => route.abort())
  await signIn(page)
  await addAccount(page, 'grace@sandbox.example')
  const opened = await openWindow(page, /^Continue to/)
  await opened.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('grace@sandbox.example is connected').waitFor()
  await context.close()
})

test('what happened after the page had its answers and before it listened is shown all the same', async () => {
  const { page, context } = await visit(stage)
  await signIn(page)
  let listen = (): void => undefined
  const held = new Promise<void>((resolve) => {
    listen = resolve
  })
  await page.route('**/v1/events', async (route) => {
    await held
    await route.continue()
  })
  const { page: other } = owner
  const id = await connectAccount(other, 'heidi@sandbox.example')
  await page.goto(`/accounts/${id}`)
  await page.locator('[data-state=ok]').waitFor()
  const headers = { 'x-evergrant': '1' }
  const paused = await other.request.patch(`/v1/accounts/${id}`, { data: { paused: true }, headers })
  assert.equal(paused.status(), 200)
  assert.equal(await page.locator('[data-state=ok]').count(), 1, 'nobody has told the page')
  listen()
  await page.locator('[data-state=paused]').waitFor()
  await context.close()
})

test('no access or refresh token ever reaches the browser', async () => {
  const { page, context } = await visit(stage)
  const bodies: string[] = []
  context.on('response', async (response) => {
    if (response.url().startsWith(stage.url) && !response.url().endsWith('/v1/events')) {
      bodies.push(await response.text().catch(() => ''))
    }
  })
  await signIn(page)
  const id = await connectAccount(page, 'heidi@sandbox.example')
  await page.goto(`/accounts/${id}`)
  await page.getByRole('tab', { name: 'Technical' }).click()
  const { access_token, refresh_token } =
    stage.sandbox.journal.last({ grant_type: 'authorization_code', status: 200 })?.outcome?.issued ?? {}
  assert.ok(access_token && refresh_token)
  const text = bodies.join('\n') + (await page.content())
  assert.ok(text.includes(id), 'the answers were seen')
  assert.ok(!text.includes(access_token) && !text.includes(refresh_token))
  await context.close()
})
