import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  beginAuthorization,
  clientCredentialsFlow,
  finishAuthorization,
  type Grant,
  grant,
  tokenSource,
} from '@evergrant/core'
import { type Connected, connected } from './support/connected.ts'

/** Alice's grant as it is now. */
async function current({ store }: Connected): Promise<Grant> {
  const found = await store.get('alice')
  assert.ok(found)
  return found
}

/** The grant is deleted, and Alice consents once more under the same id. */
async function madeAnew(world: Connected): Promise<Grant> {
  const { client, store, sandbox } = world
  await store.delete('alice')
  const { url, pending } = await beginAuthorization(client, { grant: 'alice', redirect_uri, scope: 'mail' })
  return await finishAuthorization(client, { callback: await sandbox.approve(url), pending, store })
}

const redirect_uri = 'http://127.0.0.1/callback'

test('who still holds a grant that was deleted does not overwrite the one that a new consent made under its id', async () => {
  await using world = await connected()
  const before = await current(world)
  const anew = await madeAnew(world)
  assert.deepEqual(await world.store.put(before, before.version), { ok: false, current: anew })
  assert.notEqual(anew.refresh_token, before.refresh_token)
})

test('a refresh that was under way when its grant was deleted and made anew leaves the new one alone', async () => {
  await using world = await connected()
  let anew: Grant | undefined
  const source = world.source({
    testPoints: {
      async afterAnswer() {
        const first = await madeAnew(world)
        // As often written as the one before: by now it has a mark.
        const stored = await world.store.put(grant({ ...first, metadata: { written: 'twice' } }), first.version)
        assert.ok(stored.ok)
        anew = stored.grant
      },
    },
  })
  await source.token({ force: true })
  assert.ok(anew)
  assert.deepEqual(await current(world), anew)
})

test('a grant that a flow makes without a person begins anew as well', async () => {
  await using world = await connected()
  const { store, clock } = world
  const source = (): { token(): Promise<unknown> } =>
    tokenSource('job', { store, client: world.client, clock, flow: clientCredentialsFlow() })
  await source().token()
  const before = await store.get('job')
  assert.ok(before)
  await store.delete('job')
  await source().token()
  const lost = await store.put(before, before.version)
  assert.equal(lost.ok, false)
  assert.deepEqual(lost.ok ? undefined : lost.current, await store.get('job'))
})
