import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Client, defineClient, memoryStore, resolveProvider, tokenSource } from '@evergrant/core'
import {
  authorizeWithPassword,
  beginImplicitAuthorization,
  finishImplicitAuthorization,
  type ImplicitResponseType,
  passwordFlow,
} from '@evergrant/core/legacy'
import type { Context } from 'oidc-provider'
import { type OidcServer, oidcServer } from './oidc-server.ts'

const redirect_uri = 'https://program.example/callback'

function server(): Promise<OidcServer> {
  return oidcServer(
    {
      clients: [
        {
          client_id: 'program',
          client_secret: 'secret',
          grant_types: ['password', 'refresh_token', 'implicit'],
          response_types: ['id_token', 'id_token token'],
          redirect_uris: [redirect_uri],
          token_endpoint_auth_method: 'client_secret_post',
        },
      ],
      responseTypes: ['id_token', 'id_token token', 'code'],
    },
    {
      prepare(provider) {
        const grantTokens = async (context: Context): Promise<void> => {
          const { client, params } = context.oidc
          if (params['username'] !== 'alice' || params['password'] !== 'a p+ss/word%') {
            Object.assign(context, {
              status: 400,
              body: { error: 'invalid_grant', error_description: 'no such person' },
            })
            return
          }
          const { clientId } = client
          const grant = new provider.Grant({ accountId: 'alice', clientId })
          grant.addOIDCScope(params['scope'] ?? '')
          const grantId = await grant.save()
          const fields = { accountId: 'alice', client, grantId, gty: 'password', scope: params['scope'] }
          const access_token = await new provider.AccessToken(fields).save()
          const refresh_token = await new provider.RefreshToken(fields).save()
          context.body = { access_token, refresh_token, expires_in: 3600, token_type: 'Bearer', scope: params['scope'] }
        }
        provider.registerGrantType('password', grantTokens, ['username', 'password', 'scope'])
      },
    },
  )
}

function registered(oidc: OidcServer): Client {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: oidc.issuer })
  return defineClient({ provider, client_id: 'program', client_secret: 'secret' })
}

const person = { username: 'alice', password: 'a p+ss/word%', scope: 'openid offline_access' }

test('[#5] a password becomes a grant that renews itself, and is kept nowhere', async () => {
  await using oidc = await server()
  const client = registered(oidc)
  const store = memoryStore()
  const grant = await authorizeWithPassword(client, { ...person, grant: 'alice', store })
  const { form } = oidc.seen.findLast(({ path }) => path === '/token') ?? {}
  assert.equal(form?.get('grant_type'), 'password')
  assert.equal(form?.get('username'), 'alice')
  assert.equal(form?.get('password'), 'a p+ss/word%')
  assert.equal(form?.get('scope'), 'openid offline_access')
  assert.equal(JSON.stringify(grant).includes('p+ss'), false)
  const source = tokenSource('alice', { client, store })
  assert.notEqual((await source.token({ force: true })).access_token, grant.access['']?.access_token)
})

test('[#5] a flow with a password asks for each token', async () => {
  await using oidc = await server()
  const source = tokenSource('alice', { client: registered(oidc), store: memoryStore(), flow: passwordFlow(person) })
  const token = await source.token()
  assert.notEqual((await source.token({ force: true })).access_token, token.access_token)
})

test('[#5] a refused password advises another flow and does not repeat the password', async () => {
  await using oidc = await server()
  const wrong = { ...person, password: 'hunter2-hunter2', grant: 'alice', store: memoryStore() }
  await assert.rejects(authorizeWithPassword(registered(oidc), wrong), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'PASSWORD_REFUSED')
    assert.match(error.message, /no such person.*authorization code or a device code/)
    assert.equal(JSON.stringify(error).includes('hunter2'), false)
    return true
  })
})

async function begun(oidc: OidcServer, response_type: ImplicitResponseType) {
  const client = registered(oidc)
  const store = memoryStore()
  const { url, pending } = await beginImplicitAuthorization(client, {
    grant: 'alice',
    redirect_uri,
    response_type,
    scope: 'openid',
  })
  const callback = await oidc.approve(url)
  const finish = (changed: string = callback) =>
    finishImplicitAuthorization(client, { callback: changed, pending, store })
  return { callback, finish, store, client }
}

test('[#6] an implicit callback with both tokens becomes a grant, from its fragment', async () => {
  await using oidc = await server()
  const { callback, finish, store, client } = await begun(oidc, 'id_token token')
  const { grant, subject } = await finish()
  assert.equal(subject?.sub, 'alice')
  const fragment = new URLSearchParams(new URL(callback).hash.slice(1))
  assert.equal(grant?.access['']?.access_token, fragment.get('access_token'))
  assert.equal(grant?.refresh_token, undefined)
  assert.equal((await tokenSource('alice', { client, store }).token()).access_token, fragment.get('access_token'))
})

test('[#6] an id_token alone names the person and is never used as an access token', async () => {
  await using oidc = await server()
  const { finish, store } = await begun(oidc, 'id_token')
  const { grant, subject, id_token } = await finish()
  assert.equal(subject?.sub, 'alice')
  assert.ok(id_token)
  assert.equal(grant, undefined)
  assert.equal(await store.get('alice'), undefined)
})

test('[#6] an exchanged access token, a changed id_token and a foreign state are refused', async () => {
  await using oidc = await server()
  const { callback, finish } = await begun(oidc, 'id_token token')
  const changed = (change: (fragment: URLSearchParams) => void): string => {
    const url = new URL(callback)
    const fragment = new URLSearchParams(url.hash.slice(1))
    change(fragment)
    url.hash = fragment.toString()
    return url.href
  }
  await assert.rejects(finish(changed((fragment) => fragment.set('access_token', 'stolen'))), {
    code: 'ID_TOKEN_INVALID',
  })
  const forged = changed((fragment) => {
    const [header, , signature] = (fragment.get('id_token') ?? '').split('.')
    const claims = Buffer.from(JSON.stringify({ sub: 'mallory' })).toString('base64url')
    fragment.set('id_token', `${header}.${claims}.${signature}`)
  })
  await assert.rejects(finish(forged), { code: 'ID_TOKEN_INVALID' })
  await assert.rejects(finish(changed((fragment) => fragment.set('state', 'other'))), { code: 'STATE_MISMATCH' })
  await assert.rejects(finish(changed((fragment) => fragment.delete('access_token'))), { code: 'CALLBACK_INVALID' })
})
