import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, optionsFromEnvironment, optionsFromJson } from '@evergrant/sdk'
import { world } from './world.ts'

const secrets = { clientId: 'OAuthClientId', clientSecret: 'OAuthClientSecret' }

test('[#78] credentials come from the environment and from .env, lists and numbers parsed; overrides win', async () => {
  await using w = await world()
  const process = { T_O_AUTH_CCG_CLIENT_ID: 'OAuthClientId', T_KEY_VALUE: 'k', T_TIMEOUT: '20' }
  const file = {
    T_O_AUTH_CCG_CLIENT_ID: 'of the file',
    T_O_AUTH_CCG_CLIENT_SECRET: 'wrong',
    T_O_AUTH_CCG_SCOPES: 'file:read, file:write',
    T_O_AUTH_CCG_CLOCK_SKEW: '1.5',
  }
  const options = optionsFromEnvironment(
    { openapi: w.document(), clock: w.clock },
    { variables: [process, file], prefix: 'T_', auth: { OAuthCCG: { clientSecret: 'OAuthClientSecret' } } },
  )
  assert.deepEqual(options.auth, {
    OAuthCCG: { ...secrets, scopes: ['file:read', 'file:write'], clockSkew: 1.5 },
    key: { value: 'k' },
  })
  assert.equal(options.timeout, 20)
  const client = createClient(options)
  assert.equal((await client.GET('/both')).response.status, 200)
  const redirect = optionsFromEnvironment(
    { openapi: w.document() },
    { variables: [{ O_AUTH_ACG_REDIRECT_URI: 'https://a.example' }] },
  )
  assert.deepEqual(redirect.auth, { OAuthACG: { redirectUri: 'https://a.example' } })
})

test('[#78] schemes without a Latin letter have variables of their own, and one that would be for two is refused', () => {
  const key = { type: 'apiKey', in: 'header', name: 'X' }
  const document = (securitySchemes: object) => ({
    openapi: '3.0.3',
    info: { title: 'T', version: '1' },
    paths: {},
    components: { securitySchemes },
  })
  const read = (securitySchemes: object, variables: Record<string, string>) =>
    optionsFromEnvironment({ openapi: document(securitySchemes) }, { variables: [variables] }).auth
  const names = { 认证: key, scheme2: key, 钥匙: key, SCHEME_1: key }
  const given = { SCHEME_3_VALUE: 'a', SCHEME2_VALUE: 'b', SCHEME_4_VALUE: 'c', SCHEME_1_VALUE: 'd', _VALUE: 'never' }
  assert.deepEqual(read(names, given), {
    认证: { value: 'a' },
    scheme2: { value: 'b' },
    钥匙: { value: 'c' },
    SCHEME_1: { value: 'd' },
  })
  const alike = { 'my-auth': key, my_auth: key }
  assert.deepEqual(read(alike, {}), {})
  assert.throws(() => read(alike, { MY_AUTH_VALUE: 'secret' }), {
    code: 'INVALID_PARAMETER',
    message: 'MY_AUTH_VALUE: a name that does not stand for both my-auth and my_auth is expected.',
  })
})

test('[#79] a client from JSON: what is wrong in it is named, and no value is shown', async () => {
  await using w = await world()
  const base = { openapi: w.document(), clock: w.clock }
  const client = createClient(optionsFromJson(base, JSON.stringify({ auth: { OAuthCCG: secrets }, retries: 1 })))
  assert.equal((await client.GET('/jobs')).response.status, 200)
  const wrong = (json: unknown, message: RegExp) =>
    assert.throws(
      () => optionsFromJson(base, json),
      (error) => {
        assert.ok(error instanceof Error)
        assert.match(error.message, message)
        assert.doesNotMatch(error.message, /hush/)
        return true
      },
    )
  wrong({ auth: { OAuthCCG: { clientSecret: ['hush'] } } }, /schemes\.OAuthCCG\.clientSecret: a text is expected/)
  wrong({ auth: { nobody: { value: 'hush' } } }, /auth\.nobody: one of OAuthACG, OAuthCCG/)
  wrong('{"auth": hush', /the configuration: a JSON object is expected/)
})
