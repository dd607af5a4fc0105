import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { memoryStore, reseal, sealed } from '@evergrant/core'
import { awsKmsKey, keyring, keysFromText, newKeyText } from '@evergrant/stores/keyring'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { startKms } from './servers/aws-kms.ts'
import { withoutPackage } from './without-package.ts'

const installed = await import('@aws-sdk/client-kms').then(
  () => true,
  () => false,
)
const skip = installed ? false : 'needs the package @aws-sdk/client-kms'

test('[#115] a key in AWS KMS seals, and is asked for data keys alone', { skip }, async () => {
  await using kms = await startKms()
  const keyId = kms.makeKey()
  const inner = memoryStore()
  const store = sealed(inner, keyring({ current: awsKmsKey({ keyId, client: kms.settings }) }))
  for (let n = 0; n < 20; n++) {
    await store.put(sampleGrant(`g${n}`, { refresh_token: 'very-secret' }), 0)
    await store.get(`g${n}`)
  }
  assert.deepEqual(kms.log, ['Encrypt'])
  assert.ok((await inner.get('g0'))?.sealed?.startsWith(`eg2.${keyId}.`))
  const elsewhere = sealed(inner, keyring({ current: awsKmsKey({ keyId, client: kms.settings }) }))
  assert.equal((await elsewhere.get('g7'))?.refresh_token, 'very-secret')
  await elsewhere.get('g8')
  assert.deepEqual(kms.log, ['Encrypt', 'Decrypt'])
})

test('what another key of KMS wrapped does not open, and nothing is overwritten', { skip }, async () => {
  await using kms = await startKms()
  const [one, two] = [kms.makeKey(), kms.makeKey()]
  const inner = memoryStore()
  await sealed(inner, keyring({ current: awsKmsKey({ keyId: one, client: kms.settings }) })).put(sampleGrant('a'), 0)
  const found = await inner.get('a')
  assert.ok(found?.sealed)
  const before = JSON.stringify(found)
  const impostor = { ...awsKmsKey({ keyId: two, client: kms.settings }), id: one }
  await assert.rejects(sealed(inner, keyring({ current: impostor })).get('a'), { code: 'UNSEAL_FAILED' })
  assert.equal(JSON.stringify(await inner.get('a')), before)
  const foreign = { ...awsKmsKey({ keyId: one, client: kms.settings }) }
  await assert.rejects(foreign.unwrap(new Uint8Array(40)), { code: 'UNSEAL_FAILED' })
})

test('a KMS that refuses or is away is KEY_UNAVAILABLE, and shows no key', { skip }, async () => {
  await using kms = await startKms()
  const key = awsKmsKey({ keyId: kms.makeKey(), client: kms.settings })
  const secret = new Uint8Array(32).fill(0x5a)
  for (const code of ['AccessDeniedException', 'DisabledException', 'KMSInternalException']) {
    kms.fail(code)
    await assert.rejects(key.wrap(secret), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'KEY_UNAVAILABLE')
      assert.match(error.message, new RegExp(code))
      assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /WlpaWlpa|ZZZZZZ|90, 90, 90/)
      return true
    })
  }
  kms.fail(undefined)
  assert.ok((await key.wrap(secret)).length > 32)
  const nowhere = awsKmsKey({ keyId: 'x', client: { ...kms.settings, endpoint: 'http://127.0.0.1:1' } })
  await assert.rejects(nowhere.wrap(secret), { code: 'KEY_UNAVAILABLE', message: /could not be reached/ })
})

test('a change from a key in a file to one in KMS is a change like any other', { skip }, async () => {
  await using kms = await startKms()
  const [file, inner] = [newKeyText(), memoryStore()]
  await sealed(inner, keyring(await keysFromText(file))).put(sampleGrant('a', { refresh_token: 'r' }), 0)
  const client = kms.settings
  const current = awsKmsKey({ keyId: kms.makeKey(), client })
  const former = (await keysFromText(file)).current
  assert.equal((await reseal(inner, keyring({ current, others: [former] }))).resealed, 1)
  assert.equal((await sealed(inner, keyring({ current })).get('a'))?.refresh_token, 'r')
})

test('the address of a key in KMS names it and its region, and no alias', async () => {
  const arn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
  const { current, others } = await keysFromText(`aws-kms:${arn}?endpoint=http://127.0.0.1:9\n${newKeyText()}`)
  assert.equal(current.id, arn)
  assert.equal(others?.length, 1)
  for (const text of ['aws-kms:', 'aws-kms:alias/mine', 'aws-kms:arn:aws:kms:eu-central-1:111122223333:alias/mine'])
    await assert.rejects(keysFromText(text), { code: 'INVALID_SETTING' })
})

test('without the SDK the first use names the package to install', async () => {
  const error = await withoutPackage(
    '@aws-sdk/client-kms',
    `import { awsKmsKey } from '@evergrant/stores/keyring'
     await awsKmsKey({ keyId: 'x' }).wrap(new Uint8Array(32))`,
  )
  assert.equal(error.code, 'NOT_SUPPORTED')
  assert.match(error.message, /npm install @aws-sdk\/client-kms$/)
})
