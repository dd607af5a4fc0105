import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { client, openStage, visit } from './stage.ts'
import { addConnection, connectAccount, openWindow, setUp } from './steps.ts'

/** Takes a picture when a folder is named for them. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['PICTURES']
  if (folder === undefined) return
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

/** Parts of a row that lie over each other or stick out of it. */
function collisions(page: Page): Promise<string[]> {
  return page.locator('main li a').evaluateAll((rows) =>
    rows.flatMap((row) => {
      const outer = row.getBoundingClientRect()
      const parts = [...row.children].flatMap((part) =>
        part.querySelector('[data-state]') ? [...part.querySelectorAll('[data-state]')] : [part],
      )
      return parts.flatMap((part, at) => {
        const box = part.getBoundingClientRect()
        const out = box.left < outer.left || box.right > outer.right + 0.5 ? [`${part.textContent} sticks out`] : []
        const over = parts.slice(at + 1).filter((other) => {
          const its = other.getBoundingClientRect()
          return box.left < its.right && its.left < box.right && box.top < its.bottom && its.top < box.bottom
        })
        return [...out, ...over.map((other) => `${part.textContent} lies over ${other.textContent}`)]
      })
    }),
  )
}

test('the list shows that an account has ended and that its owner is asked, side by side at every width', async () => {
  await using stage = await openStage()
  const { page } = await visit(stage)
  await setUp(page, stage)
  await addConnection(page, stage, 'Company mail of the northern office')
  await connectAccount(page, 'alice.with.a.long.name@sandbox.example')
  const ended = await connectAccount(page, 'bob@sandbox.example')
  await stage.sandbox.revokeGrant(stage.sandbox.families().at(-1)?.id ?? '')
  await page.goto(`/accounts/${ended}`)
  await page.getByRole('button', { name: 'Refresh now' }).click()
  await page.locator('[data-state=needs_consent]').first().waitFor()
  const consent = await openWindow(page, 'Reconnect')
  await page.locator('[data-state=awaiting_consent]').first().waitFor()
  await page.locator('[data-state=needs_consent]').first().waitFor()

  await page.goto('/accounts')
  const row = page.getByRole('listitem').filter({ hasText: 'bob' })
  await row.getByText('Please reconnect').waitFor()
  await row.getByText('Waiting for consent').waitFor()
  const look = async (name: string): Promise<void> => {
    for (const width of [360, 768, 1200, 1600]) {
      await page.setViewportSize({ width, height: 800 })
      assert.deepEqual(await collisions(page), [], `at ${width}`)
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      assert.ok(beyond <= 0, `${beyond} px beyond ${width}`)
      await picture(page, `${name}-${width}`)
    }
  }
  await look('asked')
  // The longest words that a badge has.
  stage.sandbox.registerClient({ ...client, client_secret: 'another-secret-than-before', redirect_uris: [] })
  await page.getByText('alice').click()
  await page.getByRole('button', { name: 'Refresh now' }).click()
  await page.locator('[data-state=connection_error]').first().waitFor()
  await page.goto('/accounts')
  await row.getByText('Connection settings need attention').waitFor()
  await row.getByText('Waiting for consent').waitFor()
  await look('settings')
  await consent.close()
})

test('a new account without a name is called by its connection, and a provider without a name by its host', async () => {
  await using stage = await openStage()
  const { page } = await visit(stage)
  await setUp(page, stage)
  await addConnection(page, stage, 'Company mail')
  await page.goto('/settings/connections')
  await page.getByText(new URL(stage.sandbox.issuer).host).first().waitFor()
  assert.equal(await page.getByText(/Any OpenID Connect/).count(), 0)
  await page.goto('/accounts/new')
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('heading', { name: 'Connect a new account at Company mail', level: 1 }).waitFor()
  assert.match(await page.title(), /^Connect a new account at Company mail/)
})
