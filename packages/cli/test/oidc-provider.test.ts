import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oidcServer } from '../../core/test/oidc-server.ts'
import { consentUrl, home } from './command-line.ts'

const redirect_uris = ['http://127.0.0.1/callback']

test('[#40] [#57] an independent server: login by the loopback listener, then renewals that rotate', async () => {
  await using at = await home()
  await using server = await oidcServer({
    clients: [
      {
        client_id: 'native',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris,
      },
    ],
  })
  const login = at.start(
    ['login', '--no-open', '--issuer', server.issuer, '--client-id', 'native'].concat([
      '--scope',
      'openid offline_access',
      '--param',
      'prompt=consent',
    ]),
  )
  assert.equal((await fetch(await server.approve(await consentUrl(login)))).status, 200)
  const stored = await login.ended
  assert.equal(stored.code, 0, stored.stderr)
  assert.match(stored.stderr, /account +alice/)
  const tokens = new Set<string>()
  for (let renewal = 0; renewal < 3; renewal++) {
    const { code, stdout, stderr } = await at.run(['token', '--force'])
    assert.equal(code, 0, stderr)
    tokens.add(stdout)
  }
  assert.equal(tokens.size, 3)
})

test('[#4] an independent server: client_credentials with Basic as the default', async () => {
  await using at = await home()
  const app = { client_id: 'app', client_secret: 'secret: +/%of app', grant_types: ['client_credentials'] }
  await using server = await oidcServer({
    clients: [{ ...app, response_types: [], redirect_uris: [] }],
    features: { clientCredentials: { enabled: true } },
  })
  const args = ['token', '--issuer', server.issuer, '--client-id', 'app', '--flow', 'client_credentials', '--json']
  const ran = await at.run(args, { env: { EVERGRANT_CLIENT_SECRET: app.client_secret } })
  assert.equal(ran.code, 0, ran.stderr)
  assert.equal(JSON.parse(ran.stdout).token_type, 'Bearer')
})
