import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStage, visit } from './stage.ts'
import { addConnection, connectAccount, setUp } from './steps.ts'

test('an account’s page says when the permission ends by itself, and why', async () => {
  await using stage = await openStage()
  stage.sandbox.fault({ match: { endpoint: 'token' }, times: Infinity, set: { refresh_token_expires_in: 86_400 * 30 } })
  const { page } = await visit(stage)
  await setUp(page, stage)
  await addConnection(page, stage, 'Practice')
  const id = await connectAccount(page, 'alice@example.test')
  await page.goto(`/accounts/${id}`)
  const ends = page.locator('dl > *', { hasText: 'The permission ends' }).first()
  await ends.waitFor()
  assert.match(await ends.innerText(), /in (?:29|30) days[\s\S]*The provider said so\./)
})
