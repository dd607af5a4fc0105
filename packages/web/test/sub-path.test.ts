import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { main } from '@evergrant/server/main'
import { administrator, openBrowser } from './stage.ts'

for (const [what, strip] of [
  ['passes it on', false],
  ['takes it away', true],
] as const) {
  test(`[#136] the page works below a sub-path, behind a proxy that ${what}`, async () => {
    let behind = ''
    const proxy = createServer((incoming, outgoing) => {
      const { method, headers, url = '' } = incoming
      if (!url.startsWith('/evergrant')) return void outgoing.writeHead(404).end()
      const path = strip ? url.slice('/evergrant'.length) : url
      const asked = request(behind + path, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      asked.on('error', () => outgoing.destroy())
      outgoing.on('close', () => asked.destroy())
      incoming.pipe(asked)
    })
    await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening))
    const base = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/evergrant`
    const folder = await mkdtemp(join(tmpdir(), 'evergrant-web-'))
    const env = { EVERGRANT_PORT: '0', EVERGRANT_PUBLIC_URL: base, EVERGRANT_DATA_DIR: folder }
    const server = await main({ ...env, EVERGRANT_LOG_LEVEL: 'warn' }, { signals: false, say: () => undefined })
    behind = server.listening
    const browser = await openBrowser()
    try {
      const page = await browser.newPage()
      const outside: string[] = []
      page.on('request', (asked) => asked.url().startsWith(`${base}/`) || outside.push(asked.url()))
      page.on('response', (answer) => {
        if (answer.status() === 404) outside.push(answer.url())
      })
      await page.goto(server.setupLink ?? '')
      await page.getByLabel('Name').fill(administrator.name)
      await page.getByRole('textbox', { name: 'Password' }).fill(administrator.password)
      await page.getByRole('button', { name: 'Create administrator' }).click()
      await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
      // With no account there is nothing to look over: the front page leads on to the list, which says how to begin.
      assert.equal(page.url(), `${base}/accounts`)
      await page.getByRole('link', { name: 'Settings' }).click()
      await page.getByRole('link', { name: 'Sandbox' }).click()
      await page.getByRole('heading', { name: 'Sandbox', level: 1 }).waitFor()
      assert.ok(page.url().startsWith(`${base}/settings/connections/`))
      const uri = await page.getByRole('region', { name: 'Redirect URI' }).first().innerText()
      assert.ok(uri.startsWith(`${base}/oauth/callback/`), uri)
      await page.reload()
      await page.getByRole('heading', { name: 'Sandbox', level: 1 }).waitFor()
      assert.deepEqual(outside, [])
    } finally {
      await browser.close()
      await server.close()
      proxy.closeAllConnections()
      proxy.close()
      await rm(folder, { recursive: true, force: true })
    }
  })
}
