import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import AxeBuilder from '@axe-core/playwright'
import { chromium, type Page } from 'playwright-core'
import { authorizationUrl, sandboxAt } from './support.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
const skip = executablePath === undefined ? 'needs Chromium (Debian: apt-get install chromium)' : false

/** A client whose callback leads on to a second page of its own, as web applications do. */
async function clientSite() {
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/callback')) response.writeHead(302, { location: '/welcome' }).end()
    else response.setHeader('content-type', 'text/html').end('<h1>Welcome back</h1>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
  }
  return { origin, redirectUri: `${origin}/callback`, [Symbol.asyncDispose]: stop }
}

async function inChromium(colorScheme: 'light' | 'dark', act: (page: Page) => Promise<void>): Promise<void> {
  const browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] })
  try {
    const context = await browser.newContext({ colorScheme, viewport: { width: 520, height: 720 } })
    // What never comes fails the test; what is slow, on a machine with much to do, does not.
    context.setDefaultTimeout(60_000)
    await act(await context.newPage())
  } finally {
    await browser.close()
  }
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every page passes axe in ${colorScheme} colours`, { skip }, async () => {
    await using sandbox = await sandboxAt()
    await inChromium(colorScheme, async (page) => {
      for (const url of [
        authorizationUrl(sandbox, { scope: 'openid email mail.read' }).href,
        authorizationUrl(sandbox, { login_hint: 'carol@example.test' }).href,
        authorizationUrl(sandbox, { client_id: 'nobody' }).href,
        `${sandbox.url}/device`,
        `${sandbox.url}/device?user_code=AAAA-AAAA`,
      ]) {
        await page.goto(url)
        const { violations } = await new AxeBuilder({ page }).analyze()
        assert.deepEqual(
          violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
          [],
          url,
        )
      }
    })
  })
}

test('a person consents with the keyboard alone and lands at the client', { skip }, async () => {
  await using site = await clientSite()
  await using sandbox = await sandboxAt({ clients: [{ client_id: 'native', redirect_uris: [site.redirectUri] }] })
  await inChromium('light', async (page) => {
    await page.goto(authorizationUrl(sandbox, { redirect_uri: site.redirectUri }).href)
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${site.origin}/welcome`)
    assert.equal(sandbox.journal.last({ endpoint: 'consent' })?.form.person, 'bob')
  })
})

test('someone else types an address, is told when it is none, and lands at the client', { skip }, async () => {
  await using site = await clientSite()
  await using sandbox = await sandboxAt({ clients: [{ client_id: 'native', redirect_uris: [site.redirectUri] }] })
  await inChromium('light', async (page) => {
    await page.goto(authorizationUrl(sandbox, { redirect_uri: site.redirectUri }).href)
    const address = page.getByLabel('E-mail address of someone else')
    assert.equal(await address.isVisible(), false)
    await page.getByRole('radio', { name: 'Someone else' }).check()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('alert').waitFor()
    await address.fill('carol@example.test')
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(`${site.origin}/welcome`)
    assert.ok(sandbox.journal.last({ endpoint: 'consent', status: 303 })?.outcome?.issued?.code)
  })
})

test('the page works in a popup, and the opener sees the popup arrive at its own origin', { skip }, async () => {
  await using site = await clientSite()
  await using sandbox = await sandboxAt({ clients: [{ client_id: 'native', redirect_uris: [site.redirectUri] }] })
  const url = authorizationUrl(sandbox, { redirect_uri: site.redirectUri }).href
  await inChromium('light', async (page) => {
    await page.goto(site.origin)
    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      page.evaluate((target) => {
        Object.assign(globalThis, { opened: window.open(target, 'consent', 'popup,width=520,height=720') })
      }, url),
    ])
    await popup.getByRole('button', { name: 'Deny' }).click()
    await popup.waitForURL(`${site.origin}/welcome`)
    const seen = await page.evaluate(() => (globalThis as unknown as { opened: Window }).opened.location.href)
    assert.equal(seen, `${site.origin}/welcome`)
    assert.equal(sandbox.journal.last({ endpoint: 'consent' })?.outcome?.error, 'access_denied')
  })
})
