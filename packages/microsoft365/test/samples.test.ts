import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { AuthenticationError, InvalidCredentialsError, TokenExpiredError } from '@evergrant/core'
import { Account, MSGraphProtocol } from '@evergrant/microsoft365'
import { awsS3Backend, fileSystemTokenBackend } from '@evergrant/stores/o365'
import { entra, SECRET, TENANT } from './support/entra.ts'
import { graph } from './support/graph.ts'
import { all } from './support/kinds.ts'

// The samples of requirements/001, line by line, with the sign-in and Graph at loopback.

test('[#96] sample "Basic Authentication"', async () => {
  await using sign = await entra()
  await using api = await graph(sign)
  const here = {
    provider: sign.definition,
    protocol: new MSGraphProtocol({ host: api.url }),
    http: { clock: sign.clock },
  }
  const printed: string[] = []

  const credentials = ['web', SECRET] as const
  const account = new Account(credentials, here)
  const scopes = ['Mail.Read', 'Calendar.Read', 'Files.Read']
  if (await account.authenticate({ scopes, handleConsent: sign.consents('Alice@contoso.test') })) {
    printed.push('Authentication successful!')
    const user = await account.getCurrentUser()
    printed.push(`Authenticated as: ${user.displayName}`)
  } else {
    printed.push('Authentication failed')
  }

  assert.deepEqual(printed, ['Authentication successful!', 'Authenticated as: Alice A'])
})

test('[#96] sample "Custom Token Backend": the backend is a store, and a file shows that it is used over a restart', async () => {
  const tokenBackend = awsS3Backend({ bucketName: 'my-tokens-bucket', objectKey: 'o365-tokens/app-token.json' })
  assert.ok(new Account(['client_id', 'client_secret'], { store: tokenBackend }))

  await using sign = await entra()
  const tokenPath = await mkdtemp(join(tmpdir(), 'evergrant-o365-'))
  try {
    const run = (): Account =>
      new Account(['web', SECRET], {
        provider: sign.definition,
        http: { clock: sign.clock },
        store: fileSystemTokenBackend({ tokenPath }),
      })
    await run().authenticate({ scopes: ['basic'], handleConsent: sign.consents('bob@contoso.test') })
    const restarted = run()
    assert.equal(await restarted.isAuthenticated(), true)
    assert.equal(restarted.username, 'bob@contoso.test')
    assert.ok((await restarted.source.token()).access_token)
  } finally {
    await rm(tokenPath, { recursive: true })
  }
})

test('[#95] sample "Client Credentials Flow"', async () => {
  await using sign = await entra()
  await using api = await graph(sign)
  const here = {
    provider: sign.definition,
    protocol: new MSGraphProtocol({ host: api.url }),
    http: { clock: sign.clock },
  }
  let names: (string | undefined)[] = []

  const credentials = ['web', SECRET] as const
  const account = new Account(credentials, { ...here, authFlowType: 'credentials', tenantId: TENANT })
  if (await account.authenticate()) {
    const directory = account.directory()
    const users = directory.getUsers()
    names = (await all(users)).map(({ displayName }) => displayName)
  }

  assert.deepEqual(names, ['Alice A', 'Bob B', 'Carol C'])
})

test('the errors of the requirement: each of the two kinds is an AuthenticationError, and they are told apart', async () => {
  await using sign = await entra()
  const account = new Account(['web', SECRET], { provider: sign.definition, http: { clock: sign.clock } })
  await account.authenticate({ scopes: ['basic'], handleConsent: sign.consents('bob@contoso.test') })
  sign.clock.advance(7200)
  await sign.sandbox.revokeGrant('AAAbob')
  await assert.rejects(account.source.token(), (error: unknown) => {
    assert.ok(error instanceof TokenExpiredError && error instanceof AuthenticationError)
    assert.equal(error instanceof InvalidCredentialsError, false)
    return true
  })
})

test('an account is made from its credentials alone, and its page is Microsoft’s own', async () => {
  const { url } = await new Account(['your_client_id', 'your_client_secret']).getAuthorizationUrl({ scopes: ['basic'] })
  const { origin, pathname, searchParams } = new URL(url)
  assert.equal(origin + pathname, 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize')
  assert.equal(searchParams.get('redirect_uri'), 'https://login.microsoftonline.com/common/oauth2/nativeclient')
  assert.equal(searchParams.get('code_challenge_method'), 'S256')
})
