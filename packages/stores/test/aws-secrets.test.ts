import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { awsSecretsStore } from '@evergrant/stores/aws-secrets'
import { sealedContract, storeContract } from '@evergrant/stores/contract'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { emptySecret, startSecrets } from './servers/aws-secrets.ts'
import { withoutPackage } from './without-package.ts'

const secret = 'mail/grants'

const make = async () => {
  const server = await startSecrets()
  return {
    store: awsSecretsStore({ secret, client: server.client }),
    reopen: async () => awsSecretsStore({ secret, client: server.client }),
    close: async () => server[Symbol.asyncDispose](),
  }
}

storeContract(
  make, // A secret holds 64 KiB.
  { name: 'the store in AWS Secrets Manager', tokenLength: 4000 },
)
sealedContract(make, { name: 'the store in AWS Secrets Manager', tokenLength: 4000 })

test('[#112] the SDK’s client is handed in, or made of its settings and closed', async () => {
  await using server = await startSecrets()
  await using own = awsSecretsStore({ secret, client: server.settings })
  assert.ok((await own.put(sampleGrant('a'), 0)).ok)
  const handed = awsSecretsStore({ secret, client: server.client })
  assert.ok((await handed.put(sampleGrant('a'), 1)).ok)
  await handed.close()
  assert.equal((await handed.get('a'))?.version, 2)
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

test('no error shows what was to be written, however deep it is printed', async () => {
  await using server = await startSecrets()
  const store = awsSecretsStore({ secret, client: server.client })
  await store.put(sampleGrant('a'), 0)
  server.failWrites()
  const put = store.put(sampleGrant('a', { refresh_token: 'very-secret' }), 1)
  const failed = await put.catch((error: unknown) => error)
  assert.match(inspect(failed), /STORE_READ_ONLY/)
  assert.doesNotMatch(inspect(failed, { depth: 20, showHidden: true, maxStringLength: null }), /very-secret/)
})

test('without the SDK the first call names the package to install', async () => {
  const error = await withoutPackage(
    '@aws-sdk/client-secrets-manager',
    `import { awsSecretsStore } from '@evergrant/stores/aws-secrets'
     await awsSecretsStore({ secret: 'x' }).get('a')`,
  )
  assert.equal(error.code, 'NOT_SUPPORTED')
  assert.match(error.message, /npm install @aws-sdk\/client-secrets-manager$/)
})
