import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { Clock } from '@evergrant/core'
import { awsSecretsStore } from '@evergrant/stores/aws-secrets'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { cloudStore } from './cloud-store.ts'
import { emptySecret, type SecretsServer, startSecrets } from './servers/aws-secrets.ts'

const secret = 'mail/grants'

cloudStore({
  name: 'the store in AWS Secrets Manager',
  start: startSecrets,
  open: (client: SecretsManagerClient | SecretsServer['settings'], clock?: Clock) =>
    awsSecretsStore({ secret, client, clock }),
  through: ({ settings }, port) => ({ ...settings, endpoint: `http://127.0.0.1:${port}` }),
  writes: [/secretsmanager\.PutSecretValue/i, /secretsmanager\.UpdateSecretVersionStage/i],
  // A secret holds 64 KiB.
  tokenLength: 4000,
  without: [
    '@aws-sdk/client-secrets-manager',
    `import { awsSecretsStore } from '@evergrant/stores/aws-secrets'
     await awsSecretsStore({ secret: 'x' }).get('a')`,
  ],
})

test('[#119] a late writer does not move the current label from a version that it has not read', async () => {
  await using server = await startSecrets()
  const machines = [1, 2, 3].map(() => awsSecretsStore({ secret, client: server.client }))
  await machines[0]?.put(sampleGrant('first'), 0)
  server.gatherReads(machines.length)
  await Promise.all(machines.map((store, n) => store.put(sampleGrant(`g${n}`), 0)))
  assert.ok(server.log.includes('UpdateSecretVersionStage InvalidParameterException'))
  for (const n of [0, 1, 2]) assert.equal((await machines[0]?.get(`g${n}`))?.version, 1)
})

test('a secret that was made and not filled is an empty store', async () => {
  await using server = await startSecrets()
  server.secrets.set(secret, emptySecret())
  const machines = [1, 2].map(() => awsSecretsStore({ secret, client: server.client }))
  assert.equal(await machines[0]?.get('a'), undefined)
  const outcomes = await Promise.all(
    machines.map((store, n) => store.put(sampleGrant('a', { refresh_token: `r${n}` }), 0)),
  )
  assert.equal(outcomes.filter(({ ok }) => ok).length, 1)
})

for (const operation of ['CreateSecret', 'PutSecretValue', 'UpdateSecretVersionStage']) {
  test(`a ${operation} whose answer is lost, and that is sent again, does not lose to itself`, async () => {
    await using server = await startSecrets()
    const store = awsSecretsStore({ secret, client: server.client })
    if (operation !== 'CreateSecret') await store.put(sampleGrant('a'), 0)
    const version = (await store.get('a'))?.version ?? 0
    server.breakNext(operation)
    assert.ok((await store.put(sampleGrant('a', { refresh_token: 'new' }), version)).ok)
    const found = await store.get('a')
    assert.deepEqual([found?.version, found?.refresh_token], [version + 1, 'new'])
  })
}

test('versions that lost leave no label behind that would keep them', async () => {
  await using server = await startSecrets()
  const store = awsSecretsStore({ secret, client: server.client })
  for (let version = 0; version < 5; version++) await store.put(sampleGrant('a'), version)
  const labels = [...(server.secrets.get(secret)?.stages.keys() ?? [])]
  assert.deepEqual(labels.sort(), ['AWSCURRENT', 'AWSPREVIOUS', 'EVERGRANT_PENDING'])
})

test('what Secrets Manager refuses is named, and 64 KiB are the limit', async () => {
  await using server = await startSecrets()
  const store = awsSecretsStore({ secret, client: server.client })
  const large = sampleGrant('a', { refresh_token: 'x'.repeat(70_000) })
  await assert.rejects(store.put(large, 0), { code: 'STORE_UNAVAILABLE', message: /takes up to 65536/ })
  server.fail('InvalidRequestException')
  await assert.rejects(store.get('a'), { code: 'STORE_UNAVAILABLE', message: /mail\/grants .*InvalidRequestException/ })
  server.fail('InternalServiceError')
  await assert.rejects(store.get('a'), { code: 'STORE_UNAVAILABLE', message: /could not be reached/ })
  server.fail(undefined)
  await store.put(sampleGrant('a'), 0)
  server.secrets.get(secret)?.versions.set(server.secrets.get(secret)?.stages.get('AWSCURRENT') ?? '', 'very-secret')
  await assert.rejects(store.put(sampleGrant('a'), 1), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'STORE_CORRUPT')
    assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /very-secret/)
    return true
  })
})
