import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { openStore } from '@evergrant/stores/open'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { folder } from './folder.ts'
import { startSecrets } from './servers/aws-secrets.ts'
import { startRedis } from './servers/redis.ts'
import { startS3 } from './servers/s3.ts'

function restore(variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
}

test('[#111] file: and sqlite: open the store at an absolute or a relative path, or at a file URL', async () => {
  await using temp = await folder()
  const before = process.cwd()
  process.chdir(temp.at('.'))
  try {
    const url = pathToFileURL(temp.at('a b.json')).href
    for (const address of [
      `file:${temp.at('one.json')}`,
      'file:./two.json',
      'file:three.json',
      'FILE:four.json',
      'file://./five.json',
      url,
      `sqlite:${temp.at('one.db')}`,
      'sqlite:./two.db',
      url.replace('file:', 'sqlite:').replace('.json', '.db'),
    ]) {
      await using store = await openStore(address)
      assert.ok((await store.put(sampleGrant('a'), 0)).ok, address)
    }
    const names = [
      'a b.db',
      'a b.json',
      'five.json',
      'four.json',
      'one.db',
      'one.json',
      'three.json',
      'two.db',
      'two.json',
    ]
    assert.deepEqual((await readdir('.')).sort(), names)
  } finally {
    process.chdir(before)
  }
})

test('[#111] env: and memory: open stores that live in this process', async () => {
  const seed = { id: 'a', provider: 'acme', client: 'my-program' }
  await using env = await openStore('env:MY_TOKEN', { env: { MY_TOKEN: 'r1' }, seed })
  assert.equal((await env.get('a'))?.refresh_token, 'r1')
  await using memory = await openStore('memory:')
  assert.ok((await memory.put(sampleGrant('a'), 0)).ok)
})

test('postgres: opens a PostgreSQL database, whose address is not repeated', async () => {
  for (const scheme of ['postgres', 'postgresql']) {
    await using store = await openStore(`${scheme}://user:very-secret@127.0.0.1:1/none`)
    await assert.rejects(store.get('a'), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'STORE_UNAVAILABLE')
      assert.match(error.message, /PostgreSQL/)
      assert.doesNotMatch(error.message, /very-secret/)
      return true
    })
  }
})

test('redis: and rediss: open a Redis server, with the prefix, lifetime and durability of the address', async () => {
  const server = await startRedis()
  try {
    const address = `${server.url}/3?prefix={mail}:&ttl=60&durable=true`
    await using store = await openStore(address)
    await store.put(sampleGrant('a'), 0)
    assert.equal(store.traits.durable, true)
    await server.client.select(3)
    const left = await server.client.ttl('{mail}:grant:a')
    assert.ok(left > 0 && left <= 60)
    await using secure = await openStore('rediss://user:very-secret@127.0.0.1:1')
    await assert.rejects(secure.get('a'), { code: 'STORE_UNAVAILABLE' })
  } finally {
    await server.stop()
  }
})

test('aws-secrets: opens a secret by its name, where the address says', async () => {
  await using server = await startSecrets()
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKTEST', AWS_SECRET_ACCESS_KEY: 'secret' })
  try {
    const { endpoint, region } = server.settings
    await using store = await openStore(`aws-secrets:mail/grants?region=${region}&endpoint=${endpoint}`)
    assert.ok((await store.put(sampleGrant('a'), 0)).ok)
    assert.deepEqual([...server.secrets.keys()], ['mail/grants'])
  } finally {
    restore({ AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY })
  }
})

test('firestore: opens a document by collection and id', async () => {
  for (const address of ['firestore:tokens/mail?project=p&database=d&field=f', 'firestore://a/b/tokens/mail']) {
    await using store = await openStore(address)
    assert.deepEqual(store.traits, { durable: true, cas: 'native', list: true })
  }
})

test('bitwarden: opens a secret by its id, with the access token of the environment', async () => {
  await using store = await openStore('bitwarden:some-id', { env: { BWS_ACCESS_TOKEN: 'x' } })
  assert.deepEqual(store.traits, { durable: true, cas: 'none', list: true })
})

test('s3: opens an object by bucket and key, where the address says', async () => {
  await using server = await startS3()
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKTEST', AWS_SECRET_ACCESS_KEY: 'secret' })
  try {
    const { endpoint, region } = server.settings
    await using store = await openStore(`s3://grants/a%20b/c.json?region=${region}&endpoint=${endpoint}`)
    assert.ok((await store.put(sampleGrant('a'), 0)).ok)
    assert.deepEqual([...server.objects.keys()], ['/grants/a b/c.json'])
  } finally {
    restore({ AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY })
  }
})

test('any other address is refused, and the known ones are named', async () => {
  for (const [address, words] of [
    ['redis://user:very-secret@[', /Redis address/],
    ['redis://user:very-secret@host?ttl=soon', /number of seconds/],
    [
      'redis://user:very-secret@host?prefx=a',
      /no parameter prefx; there are: prefix, ttl, durable, .*\. Did you mean prefix\?$/,
    ],
    ['redis://user:very-secret@host?colour=a', /no parameter colour; there are: prefix, [^?]*\.$/],
    ['redis://host?ttl=1&ttl=2', /the parameter ttl twice/],
    ['redis://host?very-secret%40=1', /no parameter of that name/],
    ['postgres://user:very-secret@host/db?ssl_mode=require', /no parameter ssl_mode; .* Did you mean sslmode\?/],
    [
      's3://bucket/key?regoin=eu',
      /An s3 address has no parameter regoin; there are: region, endpoint\. Did you mean region\?/,
    ],
    ['aws-secrets:name?zone=eu', /no parameter zone; there are: region, endpoint\.$/],
    ['firestore:tokens/mail?projct=a', /Did you mean project\?/],
    ['bitwarden:id?apiurl=a', /Did you mean apiUrl\?/],
    ['aws-secrets:', /not like aws-secrets:name/],
    ['firestore:tokens', /not like firestore:collection\/document/],
    ['firestore:tokens/', /not like firestore:collection\/document/],
    ['bitwarden:', /not like bitwarden:id/],
    ['bitwarden:id', /BWS_ACCESS_TOKEN/],
    ['s3://bucket', /not like s3:\/\/bucket\/key/],
    ['s3://bucket/%', /not like s3:\/\/bucket\/key/],
    ['ftp://user:very-secret@host', /no store ftp:/],
    ['./grants.json', /scheme:place/],
    ['', /scheme:place/],
    ['file:', /names no file/],
    ['sqlite:', /names no file/],
    ['file://elsewhere/grants.json', /not the address of a file/],
    ['env:', /does not name an environment variable/],
    ['env:not a name', /does not name an environment variable/],
  ] as const) {
    await assert.rejects(openStore(address), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'INVALID_ARGUMENT')
      assert.match(error.message, words)
      if (!/^(?:redis|postgres|s3|aws|firestore|bitwarden)/.test(address))
        assert.match(error.message, /file:\.\/grants\.json, sqlite:\.\/grants\.db, .*, env:NAME, memory:/)
      assert.doesNotMatch(error.message, /very-secret/)
      return true
    })
  }
})
