import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  beginAuthorization,
  type ClientOptions,
  type Decrypt,
  defineClient,
  finishAuthorization,
  type Grant,
  isOAuthError,
  memoryStore,
  type ResponseMode,
  resolveProvider,
  userInfo,
} from '@evergrant/core'
import { compactDecrypt, decodeJwt, exportJWK, generateKeyPair } from 'jose'
import { type OidcServer, oidcServer, redirectUri } from './oidc-server.ts'

const own = await generateKeyPair('RSA-OAEP-256', { extractable: true })
const other = await generateKeyPair('RSA-OAEP-256')
const with_ =
  (key: CryptoKey, seen: string[] = []): Decrypt =>
  async (jwe) => {
    seen.push(jwe)
    return new TextDecoder().decode((await compactDecrypt(jwe, key)).plaintext)
  }

/** oidc-provider, which encrypts to this client what it tells about people. */
async function server(): Promise<OidcServer> {
  const key = { ...(await exportJWK(own.publicKey)), use: 'enc', alg: 'RSA-OAEP-256', kid: 'mine' }
  return oidcServer({
    clients: [
      {
        client_id: 'program',
        client_secret: 'secret',
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'client_secret_post',
        jwks: { keys: [key] },
        id_token_encrypted_response_alg: 'RSA-OAEP-256',
        userinfo_signed_response_alg: 'RS256',
        userinfo_encrypted_response_alg: 'RSA-OAEP-256',
        authorization_signed_response_alg: 'RS256',
        authorization_encrypted_response_alg: 'RSA-OAEP-256',
      },
    ],
    enabledJWA: {
      idTokenEncryptionAlgValues: ['RSA-OAEP-256'],
      userinfoEncryptionAlgValues: ['RSA-OAEP-256'],
      authorizationEncryptionAlgValues: ['RSA-OAEP-256'],
    },
    features: {
      encryption: { enabled: true },
      jwtUserinfo: { enabled: true },
      jwtResponseModes: { enabled: true },
      userinfo: { enabled: true },
    },
  })
}

function program(oidc: OidcServer, decrypt?: Decrypt) {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: oidc.issuer })
  const options: ClientOptions = { provider, client_id: 'program', client_secret: 'secret', decrypt }
  return defineClient(options)
}

async function consented(oidc: OidcServer, decrypt?: Decrypt, response_mode?: ResponseMode): Promise<Grant> {
  const client = program(oidc, decrypt)
  const asked = { grant: 'alice', redirect_uri: redirectUri, scope: 'openid', response_mode }
  const { url, pending } = await beginAuthorization(client, asked)
  return finishAuthorization(client, { callback: await oidc.approve(url), pending, store: memoryStore() })
}

test('[#60] an encrypted id_token names the person once it is open, and so does encrypted userinfo', async () => {
  await using oidc = await server()
  const seen: string[] = []
  const decrypt = with_(own.privateKey, seen)
  const grant = await consented(oidc, decrypt)
  assert.equal(grant.subject?.sub, 'alice')
  const token = grant.access[''] ?? assert.fail('no token')
  assert.equal((await userInfo(program(oidc, decrypt), token, 'alice')).sub, 'alice')
  assert.deepEqual(
    seen.map((jwe) => jwe.split('.').length),
    [5, 5],
  )
  await assert.rejects(userInfo(program(oidc), token), { code: 'ID_TOKEN_INVALID', message: /userinfo.*encrypted/ })
  await assert.rejects(userInfo(program(oidc, decrypt), token, 'bob'), { code: 'WRONG_ACCOUNT' })
  // As of a provider that encrypts and does not sign: plain claims inside.
  const unsigned: Decrypt = async (jwe) => JSON.stringify(decodeJwt(await decrypt(jwe)))
  assert.equal((await userInfo(program(oidc, unsigned), token, 'alice')).sub, 'alice')
  for (const inside of ['{', '{}', '{"sub":7}', '']) {
    await assert.rejects(
      userInfo(
        program(oidc, () => inside),
        token,
      ),
      isOAuthError,
      inside,
    )
  }
})

test('an authorization response that is signed and encrypted is opened', async () => {
  await using oidc = await server()
  assert.equal((await consented(oidc, with_(own.privateKey), 'query.jwt')).subject?.sub, 'alice')
})

test('what cannot be decrypted is refused, with the cause; what was decrypted still has to verify', async () => {
  await using oidc = await server()
  const refused = { code: 'ID_TOKEN_INVALID' }
  await assert.rejects(consented(oidc), { ...refused, message: /encrypted.*`decrypt`/ })
  await assert.rejects(consented(oidc, with_(other.privateKey)), (error) => {
    assert.ok(error instanceof Error && error.cause instanceof Error)
    assert.match(error.message, /could not be decrypted/)
    return true
  })
  for (const inside of ['', 'words', 'a.b.c', '{"sub":"alice"}']) {
    await assert.rejects(
      consented(oidc, () => inside),
      refused,
    )
  }
})
