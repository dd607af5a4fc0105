import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { PrivateKeyJwt, type SigningKey, signingKeyFromPem } from '@evergrant/core'
import { signingKeyFromPfx, signingKeyFromPem as signingKeyFromProtectedPem } from '@evergrant/core/node'
import { fixture, fixtureBytes } from './fixture.ts'

const passphrase = 'open-sesame'

/** Signs with the key and verifies with the public key of client.crt. */
async function belongsToCertificate(key: SigningKey): Promise<boolean> {
  const body = new URLSearchParams()
  await PrivateKeyJwt(key).apply({ issuer: 'https://acme.example' }, { client_id: 'program' }, body, new Headers())
  const [header = '', payload = '', signature = ''] = (body.get('client_assertion') ?? '').split('.')
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const { publicKey } = new X509Certificate(fixture('client.crt'))
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const verifying = await crypto.subtle.importKey('spki', new Uint8Array(spki), algorithm, false, ['verify'])
  const signed = new TextEncoder().encode(`${header}.${payload}`)
  return crypto.subtle.verify(algorithm, verifying, new Uint8Array(Buffer.from(signature, 'base64url')), signed)
}

for (const name of ['rsa.encrypted.pem', 'rsa.traditional-encrypted.pem']) {
  test(`[#10] ${name} opens with its passphrase`, async () => {
    const certificate = fixture('client.crt')
    assert.ok(await belongsToCertificate(await signingKeyFromProtectedPem(fixture(name), { passphrase, certificate })))
    for (const wrong of ['wrong', undefined]) {
      await assert.rejects(signingKeyFromProtectedPem(fixture(name), { passphrase: wrong }), (error: Error) => {
        assert.match(error.message, wrong === undefined ? /needs a passphrase/ : /passphrase is wrong/)
        return 'code' in error && error.code === 'INVALID_KEY'
      })
    }
  })
}

for (const [name, pass] of [
  ['client.pfx', passphrase],
  ['client.legacy.pfx', passphrase],
  ['client.no-passphrase.pfx', ''],
  ['client.plain.pfx', undefined],
] as const) {
  test(`[#10] ${name} yields its key, the thumbprint and the chain`, async () => {
    const key = await signingKeyFromPfx(fixtureBytes(name), { passphrase: pass, x5c: true })
    assert.ok(await belongsToCertificate(key))
    const own = new X509Certificate(fixture('client.crt'))
    assert.equal(key.x5c?.[0], own.raw.toString('base64'))
    assert.equal(key.x5t, Buffer.from(own.fingerprint.replaceAll(':', ''), 'hex').toString('base64url'))
    if (pass) {
      assert.equal(key.x5c?.[1], new X509Certificate(fixture('ca.crt')).raw.toString('base64'))
      await assert.rejects(signingKeyFromPfx(fixtureBytes(name), { passphrase: 'wrong' }), { code: 'INVALID_KEY' })
    }
  })
}

test('[#10] a chain in PEM goes into the header as x5c, the own certificate first', async () => {
  const certificate = fixture('client.crt') + fixture('ca.crt')
  const key = await signingKeyFromPem(fixture('rsa.pkcs1.pem'), { certificate, x5c: true })
  assert.deepEqual(
    key.x5c,
    ['client.crt', 'ca.crt'].map((name) => new X509Certificate(fixture(name)).raw.toString('base64')),
  )
})

test('a key that cannot be used says why, and shows nothing of itself', async () => {
  const pem = fixture('rsa.pkcs8.pem')
  const cases: [Promise<unknown>, RegExp][] = [
    [signingKeyFromPem('not a key'), /no PEM text/],
    [signingKeyFromPem(fixture('client.crt')), /holds CERTIFICATE/],
    [signingKeyFromPem(fixture('rsa.encrypted.pem')), /@evergrant\/core\/node/],
    [signingKeyFromPem(fixture('rsa.traditional-encrypted.pem')), /@evergrant\/core\/node/],
    [signingKeyFromPem(pem.replace(/.{40}\n/, '\n')), /cannot be used|not well-formed|not base64/],
    [signingKeyFromPem(pem, { alg: 'ES256' }), /cannot be used for ES256/],
    [signingKeyFromPem(pem, { certificate: pem }), /no CERTIFICATE block/],
    [signingKeyFromPem(pem, { thumbprint: 'abc' }), /3 characters/],
    [signingKeyFromPfx(new Uint8Array(0)), /not well-formed/],
    [signingKeyFromPfx(fixtureBytes('client.pfx').subarray(0, 900), { passphrase }), /not well-formed/],
  ]
  for (const [work, words] of cases) {
    await assert.rejects(work, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'INVALID_KEY', error.message)
      assert.match(error.message, words)
      assert.equal(error.message.includes(pem.slice(60, 90)), false)
      return true
    })
  }
})

test('damaged keys and PFX files never hang and never throw anything untyped', async () => {
  const pfx = fixtureBytes('client.pfx')
  for (let at = 0; at < pfx.length; at += 37) {
    const damaged = new Uint8Array(pfx)
    damaged[at] = (damaged[at] ?? 0) ^ 0xff
    await signingKeyFromPfx(damaged, { passphrase }).then(
      () => undefined,
      (error: { code?: string }) => assert.equal(error.code, 'INVALID_KEY', String(error)),
    )
  }
})
