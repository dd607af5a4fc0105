import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openStage, type Stage, type Visit, visit } from './stage.ts'
import { setUp } from './steps.ts'

let stage: Stage
let admin: Visit

before(async () => {
  stage = await openStage()
  admin = await visit(stage)
  await setUp(admin.page, stage)
})
after(() => stage[Symbol.asyncDispose]())

test('500 connections are found by typing, shown fifty at a time, and those that need somebody stand first', async () => {
  const { page, complaints } = admin
  await page.evaluate(async (issuer) => {
    const send = (method: string, path: string, body: object) =>
      fetch(path, {
        method,
        headers: { 'x-evergrant': '1', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const rest = Array.from({ length: 500 }, (_, index) => `Branch ${String(index + 1).padStart(3, '0')}`)
    const lane = async () => {
      for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
        await send('POST', '/v1/connections', {
          name,
          provider: 'generic',
          client_id: 'x',
          client_secret: 'wrong',
          issuer,
        })
      }
    }
    await Promise.all([1, 2, 3, 4].map(lane))
    const { connections } = await (await fetch('/v1/connections')).json()
    const last = connections.find(({ name }: { name: string }) => name === 'Branch 500')
    await send('POST', `/v1/connections/${last.id}/check`, {})
  }, stage.sandbox.issuer)
  await page.goto('/settings/connections')
  const rows = page.getByRole('main').getByRole('listitem')
  await rows.first().waitFor()
  assert.equal(await rows.count(), 50)
  assert.match(await rows.first().innerText(), /^Branch 500[\s\S]*Last error/m)
  await page.getByRole('button', { name: 'Show 50 more' }).click()
  assert.equal(await rows.count(), 100)
  await page.getByRole('searchbox', { name: 'Find a connection' }).fill('branch 377')
  await rows.nth(1).waitFor({ state: 'detached' })
  assert.match(await rows.first().innerText(), /Branch 377/)
  await page.getByRole('searchbox').fill('no such thing')
  await page.getByText('No connection of that name.').waitFor()

  await page.goto('/accounts/new')
  const box = page.getByRole('combobox', { name: 'Connection' })
  await box.fill('Branch 499')
  await page.getByRole('option', { name: /Branch 499/ }).click()
  assert.match(await box.inputValue(), /Branch 499/)
  assert.deepEqual(complaints, [])
})
