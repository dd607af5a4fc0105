import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  awsS3Backend,
  awsSecretsBackend,
  envTokenBackend,
  fileSystemTokenBackend,
  firestoreBackend,
} from '@evergrant/stores/o365'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { startSecrets } from './servers/aws-secrets.ts'
import { startFirestore } from './servers/firestore.ts'
import { startS3 } from './servers/s3.ts'

const seed = { id: 'a', provider: 'acme', client: 'my-program' }

test('[#111] a folder holds o365_token.txt, another file name, or is the file itself', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-o365-'))
  try {
    const inner = join(folder, 'tokens')
    await fileSystemTokenBackend({ tokenPath: inner }).put(sampleGrant('a'), 0)
    await fileSystemTokenBackend({ tokenPath: inner, tokenFilename: 'my.json' }).put(sampleGrant('a'), 0)
    assert.deepEqual((await readdir(inner)).sort(), ['my.json', 'o365_token.txt'])
    const itself = fileSystemTokenBackend({ tokenPath: join(inner, 'my.json') })
    assert.equal((await itself.get('a'))?.version, 1)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('[#121] what python-o365 wrote is left as it is, and the error says how to take it over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-o365-'))
  try {
    const path = join(folder, 'o365_token.txt')
    const cache = JSON.stringify(
      { AccessToken: {}, RefreshToken: { a: { secret: 'very-secret' } }, Account: {} },
      null,
      4,
    )
    await writeFile(path, cache)
    const store = fileSystemTokenBackend({ tokenPath: folder })
    for (const work of [() => store.get('a'), () => store.put(sampleGrant('a'), 0)]) {
      await assert.rejects(work, { code: 'STORE_CORRUPT', message: /evergrant import/ })
    }
    assert.equal(await readFile(path, 'utf8'), cache)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('[#111] the variable is O365_TOKEN, O365TOKEN where only that is set, or one by name', async () => {
  for (const [options, expected] of [
    [{ env: { O365_TOKEN: 'r1', O365TOKEN: 'r2' } }, 'r1'],
    [{ env: { O365TOKEN: 'r2' } }, 'r2'],
    [{ env: { O365_TOKEN: '', O365TOKEN: 'r2' } }, 'r2'],
    [{ env: { MINE: 'r3', O365_TOKEN: 'r1' }, envVarName: 'MINE' }, 'r3'],
    [{ env: { MINE: 'r3' }, tokenEnvName: 'MINE' }, 'r3'],
    [{ env: {} }, undefined],
  ] as const) {
    assert.equal((await envTokenBackend({ ...options, seed }).get('a'))?.refresh_token, expected)
  }
})

test('[#112] the cloud backends take the parameters of the documentation and those of the code', async () => {
  await using s3 = await startS3()
  const { client } = s3
  assert.ok(
    (await awsS3Backend({ bucketName: 'grants', objectKey: 'o365/app.json', client }).put(sampleGrant('a'), 0)).ok,
  )
  assert.equal((await awsS3Backend({ bucketName: 'grants', filename: 'o365/app.json', client }).get('a'))?.version, 1)

  await using firestore = await startFirestore()
  const documented = firestoreBackend({ documentId: 'mail', client: firestore.client })
  assert.ok((await documented.put(sampleGrant('a'), 0)).ok)
  const coded = { collectionName: 'tokens', docId: 'mail', fieldName: 'token' }
  assert.equal((await firestoreBackend({ ...coded, client: firestore.client }).get('a'))?.version, 1)

  await using secrets = await startSecrets()
  assert.ok((await awsSecretsBackend({ secretName: 'o365', client: secrets.client }).put(sampleGrant('a'), 0)).ok)
  assert.equal(secrets.secrets.has('o365'), true)
})
