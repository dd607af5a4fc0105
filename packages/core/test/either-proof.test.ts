import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  type Client,
  ClientSecretBasic,
  ClientSecretPost,
  clientCredentialsFlow,
  defineClient,
  dpop,
  EitherProof,
  introspectToken,
  isOAuthError,
  memoryStore,
  PrivateKeyJwt,
  resolveProvider,
  revokeGrant,
  signingKeyFromPem,
  tokenSource,
} from '@evergrant/core'
import { fixture } from './fixture.ts'
import { oidcServer } from './oidc-server.ts'
import { type Connected, connected, passing, settled } from './support/connected.ts'

const FORMER = 'pLaNtEd-s3cr3t'
const NEXT = 'pLaNtEd-n3xt-s3cr3t'

/** A grant whose client has two secrets; the provider takes the former one so far. */
async function overlapping(how = ClientSecretBasic) {
  const world = await connected()
  const taken: string[] = []
  const proof = EitherProof(how(NEXT), how(FORMER), { onTaken: (which) => taken.push(which) })
  const { provider, http, client_id } = world.client
  const client = defineClient({ provider, client_id, client_auth: proof, http })
  const source = world.source({ client })
  /** Renews the token; how many requests the provider refused for their secret, and how many it took. */
  const renewed = async () => {
    const before = counted(world)
    await source.token({ force: true })
    const after = counted(world)
    return { refused: after.refused - before.refused, taken: after.taken - before.taken }
  }
  return { world, client, source, taken, renewed, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

function counted({ sandbox }: Connected) {
  const of = { endpoint: 'token', grant_type: 'refresh_token' } as const
  return {
    refused: sandbox.journal.count({ ...of, error: 'invalid_client' }),
    taken: sandbox.journal.count({ ...of, status: 200 }),
  }
}

function switchSecret({ sandbox, client }: Connected): void {
  const [known] = sandbox.journal.where({ endpoint: 'authorize' })
  const redirect_uris = [known?.query['redirect_uri'] ?? '']
  sandbox.registerClient({ client_id: client.client_id, client_secret: NEXT, redirect_uris })
}

for (const how of [ClientSecretBasic, ClientSecretPost]) {
  test(`a secret that the provider does not know yet costs one more request, and no refresh token (${how.name})`, async () => {
    await using scene = await overlapping(how)
    const { world, taken, renewed } = scene
    assert.deepEqual(await renewed(), { refused: 1, taken: 1 })
    assert.deepEqual(await renewed(), { refused: 0, taken: 1 }, 'the next goes on with what works')
    world.clock.advance(299)
    assert.deepEqual(await renewed(), { refused: 0, taken: 1 })
    world.clock.advance(1)
    assert.deepEqual(await renewed(), { refused: 1, taken: 1 }, 'the new one is tried again')
    assert.deepEqual(taken, ['older'], 'told once')
    await settled()
    assert.deepEqual(
      world.events.map(({ type }) => type),
      ['refreshed', 'refreshed', 'refreshed', 'refreshed'],
    )
    const { form } = world.sandbox.journal.last({ endpoint: 'token' }) ?? {}
    if (how === ClientSecretPost) assert.equal(form?.['client_secret'], FORMER)
  })
}

test('when the provider exchanges the secrets the new one is used at once, whatever was planned', async () => {
  await using scene = await overlapping()
  const { world, taken, renewed } = scene
  await renewed()
  switchSecret(world)
  assert.deepEqual(await renewed(), { refused: 1, taken: 1 })
  assert.deepEqual(await renewed(), { refused: 0, taken: 1 })
  assert.deepEqual(taken, ['older', 'newer'])
})

test('a new secret that works is the only one that is sent', async () => {
  await using scene = await overlapping()
  const { world, taken, renewed } = scene
  switchSecret(world)
  for (let count = 0; count < 3; count++) assert.deepEqual(await renewed(), { refused: 0, taken: 1 })
  assert.deepEqual(taken, ['newer'])
})

test('of many requests at once one tries the new secret again; the others go on with the former one', async () => {
  await using scene = await overlapping()
  const { world, client, renewed } = scene
  await renewed()
  world.clock.advance(300)
  world.sandbox.journal.clear()
  await Promise.all(Array.from({ length: 9 }, () => introspectToken(client, 'no such token')))
  assert.equal(world.sandbox.journal.count({ endpoint: 'introspect', status: 200 }), 9)
  assert.equal(world.sandbox.journal.count({ error: 'invalid_client' }), 1)
})

test('both refused: the error is the one of the new secret, and holds neither', async () => {
  await using scene = await overlapping()
  const { world, source, taken } = scene
  world.sandbox.registerClient({ client_id: world.client.client_id, client_secret: 'quite another', redirect_uris: [] })
  for (let count = 0; count < 2; count++) {
    const error = await source.token({ force: true }).then(
      () => assert.fail('a token was given'),
      (thrown: unknown) => thrown,
    )
    assert.ok(isOAuthError(error) && error.code === 'INVALID_CLIENT', inspect(error))
    assert.doesNotMatch(inspect(error, { depth: 20, showHidden: true }), /pLaNtEd/)
    world.clock.advance(4000)
  }
  assert.deepEqual(taken, [])
  assert.equal((await world.store.get('alice'))?.standing.state, 'failing', 'no reason to ask a person')
})

test('what is no word about the client asks nobody again, and says nothing about the secret', async () => {
  await using scene = await overlapping()
  const { world, source, taken } = scene
  world.sandbox.fault({ match: { endpoint: 'token' }, status: 503, times: 1 })
  await assert.rejects(source.token({ force: true }), { code: 'PROVIDER_UNAVAILABLE' })
  assert.equal(world.refreshes(), 1)
  assert.deepEqual(taken, [])
})

test('[#149] a grant is ended at the provider with whichever secret it takes', async () => {
  await using scene = await overlapping()
  const { world, client } = scene
  const held = await world.store.get('alice')
  assert.ok(held && (await revokeGrant(client, held)))
  assert.deepEqual(
    world.sandbox.journal.where({ endpoint: 'revoke' }).map(({ outcome }) => outcome?.status),
    [401, 200],
  )
})

test('bound tokens are renewed with whichever secret the provider takes', async () => {
  await using scene = await overlapping()
  const { world, client } = scene
  const bound: Client = { ...client, dpop: dpop() }
  const source = world.source({ client: bound })
  await source.token({ force: true })
  assert.equal(counted(world).taken, 1)
})

test('two keys overlap as two secrets do', async () => {
  const key = (name: string) => signingKeyFromPem(fixture(name))
  const jwk = createPublicKey(fixture('ec.prime256v1.pkcs8.pem')).export({ format: 'jwk' })
  await using oidc = await oidcServer({
    clients: [
      {
        client_id: 'program',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks: { keys: [{ ...jwk, use: 'sig', kid: 'former' }] },
      },
    ],
    features: { clientCredentials: { enabled: true } },
    clientAuthMethods: ['private_key_jwt'],
  })
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: oidc.issuer })
  const taken: string[] = []
  const client_auth = EitherProof(
    PrivateKeyJwt(() => key('rsa.pkcs8.pem')),
    PrivateKeyJwt(() => key('ec.prime256v1.pkcs8.pem')),
    { onTaken: (which) => taken.push(which) },
  )
  const client = defineClient({ provider, client_id: 'program', client_auth })
  const source = tokenSource('app', {
    client,
    store: memoryStore(),
    flow: clientCredentialsFlow({ scope: 'api:read' }),
  })
  assert.ok((await source.token()).access_token)
  assert.deepEqual(taken, ['older'])
})

test('both requests share one deadline, so that no lease ends in the middle', async () => {
  await using scene = await overlapping()
  const { world } = scene
  const slow = defineClient({
    provider: world.client.provider,
    client_id: world.client.client_id,
    client_auth: EitherProof(ClientSecretBasic(NEXT), ClientSecretBasic(FORMER)),
    http: {
      ...world.client.http,
      async fetch(...request) {
        // The refusal takes as long as a request may.
        world.clock.advance(15)
        return world.client.http.fetch(...request)
      },
    },
  })
  assert.equal(world.client.http.deadline, 15)
  await assert.rejects(passing(world.clock, world.source({ client: slow }).token({ force: true })), {
    code: 'INVALID_CLIENT',
  })
  assert.equal(counted(world).taken, 0)
  assert.equal(counted(world).refused, 1)
})
