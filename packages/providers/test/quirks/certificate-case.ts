import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import {
  beginAuthorization,
  defineClient,
  finishAuthorization,
  memoryStore,
  resolveProvider,
  TlsClientAuth,
  tokenSource,
} from '@evergrant/core'
import { certificateFetch } from '@evergrant/core/node'
import { manualClock, startSandbox } from '@evergrant/sandbox'
import { redirect_uri } from './journey.ts'

function fixture(name: string): string {
  return readFileSync(new URL(`../../../core/test/fixtures/${name}`, import.meta.url), 'utf8')
}

/** A token endpoint that only speaks with those who show a certificate of the right authority. */
export async function certificateCase(): Promise<void> {
  const clock = manualClock()
  const clients = [{ client_id: 'web', redirect_uris: [redirect_uri] }]
  await using sandbox = await startSandbox({ clock, clients })
  const ca = fixture('ca.crt')
  const front = createServer(
    { cert: fixture('server.crt'), key: fixture('server.pem'), ca, requestCert: true, rejectUnauthorized: true },
    (request, response) => void sandbox.handle(request, response, ''),
  )
  front.listen(0, '127.0.0.1')
  await once(front, 'listening')
  try {
    const token_endpoint = `https://127.0.0.1:${(front.address() as AddressInfo).port}/token`
    const authorization_endpoint = `${sandbox.issuer}/authorize`
    const provider = resolveProvider({
      id: 'imitated',
      name: 'Imitated',
      token_endpoint,
      authorization_endpoint,
      client_auth: ['tls_client_auth'],
    })
    const shown = certificateFetch({ cert: fixture('client.crt'), key: fixture('rsa.pkcs8.pem'), ca })
    const hidden = certificateFetch({ ca })
    const store = memoryStore()
    const [knowing, unknowing] = [shown, hidden].map((fetch) =>
      defineClient({ provider, client_id: 'web', client_auth: TlsClientAuth(), http: { clock, fetch } }),
    )
    assert.ok(knowing && unknowing)
    const { url, pending } = await beginAuthorization(knowing, { grant: 'alice', redirect_uri, scope: 'mail.read' })
    const callback = await sandbox.approve(url, { username: 'alice' })
    await assert.rejects(finishAuthorization(unknowing, { callback, pending, store }), { code: 'PROVIDER_UNREACHABLE' })
    await finishAuthorization(knowing, { callback, pending, store })
    const source = tokenSource('alice', { client: knowing, store })
    const first = await source.token()
    clock.advance(4000)
    assert.notEqual((await source.token()).access_token, first.access_token)
  } finally {
    front.close()
    front.closeAllConnections()
  }
}
