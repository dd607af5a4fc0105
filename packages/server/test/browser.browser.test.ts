import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import AxeBuilder from '@axe-core/playwright'
import { chromium, type Page } from 'playwright-core'
import { Scene } from './support/scene.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
const skip = executablePath === undefined ? 'needs Chromium (Debian: apt-get install chromium)' : false

/** Calls our API from the page, as the page does. */
function call(page: Page, method: string, path: string, body?: object) {
  return page.evaluate(
    async ([verb, address, sent]) => {
      const response = await fetch(address, {
        method: verb,
        headers: { 'x-evergrant': '1', 'content-type': 'application/json' },
        ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
      })
      return { status: response.status, json: response.status === 204 ? undefined : await response.json() }
    },
    [method, path, body] as const,
  )
}

test('[#42] in Chromium: cookies hold on a loopback address, the window of the consent tells its opener and closes itself', {
  skip,
  timeout: 600_000,
}, async () => {
  await using scene = await Scene.begin({ env: { EVERGRANT_SANDBOX: 'on' }, surroundings: { clock: undefined } })
  const browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] })
  try {
    const context = await browser.newContext()
    // What never comes fails the test; what is slow, on a machine with much to do, does not.
    context.setDefaultTimeout(60_000)
    const page = await context.newPage()
    const wrong: string[] = []
    page.on('console', (message) => void (message.type() === 'error' && wrong.push(message.text())))
    await page.goto(`${scene.server.url}/healthz`)
    const token = scene.server.setupLink?.split('token=')[1]
    assert.equal((await call(page, 'POST', '/v1/setup', { token, name: 'Ada', password: 'correct horse' })).status, 200)
    const cookies = await context.cookies()
    assert.deepEqual(
      cookies.map(({ name, httpOnly, secure, sameSite }) => [name, httpOnly, secure, sameSite]),
      [['__Host-evergrant', true, true, 'Lax']],
    )
    const { json } = await call(page, 'GET', '/v1/connections')
    const account = (await call(page, 'POST', '/v1/accounts', { connection: json.connections[0].id })).json
    const begun = await call(page, 'POST', `/v1/accounts/${account.id}/authorize`)
    assert.equal(begun.status, 200)
    const told = page.evaluate(
      () =>
        new Promise((done) => {
          const heard: Record<string, unknown> = {}
          const both = () => 'opener' in heard && 'channel' in heard && done(heard)
          addEventListener('message', ({ data, origin }) => {
            if (origin === location.origin) heard['opener'] = data
            both()
          })
          new BroadcastChannel('evergrant').onmessage = ({ data }) => {
            heard['channel'] = data
            both()
          }
        }),
    )
    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      page.evaluate((url) => void open(url, '_blank', 'popup'), begun.json.url),
    ])
    const closed = popup.waitForEvent('close')
    popup.on('console', (message) => void (message.type() === 'error' && wrong.push(message.text())))
    await popup.getByRole('button', { name: /allow|continue/i }).click()
    await popup.getByRole('heading', { name: 'Connected' }).waitFor()
    assert.equal(popup.url(), `${scene.server.url}/oauth/callback/${json.connections[0].id}`, 'the code is gone')
    const message = { account: account.id, outcome: 'connected' }
    assert.deepEqual(await told, { opener: message, channel: message })
    await closed
    assert.equal((await call(page, 'GET', `/v1/accounts/${account.id}`)).json.state, 'ok')

    // The way back does not lead to the code, and a reload of the address redeems nothing.
    const later = await context.newPage()
    await later.goto(`${scene.server.url}/oauth/callback/${json.connections[0].id}?error=access_denied&state=x`)
    await later.getByText('Technical details').click()
    await later.getByText('AUTHORIZATION_NOT_FOUND').waitFor()
    const { violations } = await new AxeBuilder({ page: later }).analyze()
    assert.deepEqual(
      violations.map(({ id }) => id),
      [],
    )
    assert.deepEqual(
      wrong.filter((text) => !/status of 4\d\d/.test(text)),
      [],
      'the policy blocks nothing of ours',
    )
  } finally {
    await browser.close()
  }
})
