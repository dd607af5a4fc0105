import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { beginAuthorization, defineClient, resolveProvider } from '@evergrant/core'
import { sha256 } from '../src/grant/sha256.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('SHA-256 gives the digests of FIPS 180-4', () => {
  assert.equal(hex(sha256('')), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  assert.equal(hex(sha256('abc')), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  const two = 'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'
  assert.equal(hex(sha256(two)), '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1')
})

test('SHA-256 agrees with the system for every length around the block limits, and for other characters', () => {
  for (let length = 0; length <= 300; length++) {
    const text = 'Zürich €'.repeat(40).slice(0, length)
    assert.equal(hex(sha256(text)), createHash('sha256').update(text).digest('hex'), `of ${length} characters`)
  }
})

test('[#3] the code challenge in the address is the S256 of the pending verifier', async () => {
  const provider = resolveProvider({
    id: 'acme',
    name: 'Acme',
    authorization_endpoint: 'https://login.acme.example/authorize',
    token_endpoint: 'https://login.acme.example/token',
  })
  const client = defineClient({ provider, client_id: 'program' })
  const redirect_uri = 'https://program.example/callback'
  const { url, pending } = await beginAuthorization(client, { grant: 'alice', redirect_uri })
  const asked = new URL(url).searchParams
  assert.equal(asked.get('code_challenge_method'), 'S256')
  const expected = createHash('sha256').update(String(pending.code_verifier)).digest('base64url')
  assert.equal(asked.get('code_challenge'), expected)
})
