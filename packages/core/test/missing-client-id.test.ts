import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beginAuthorization, defineClient, finishAuthorization, memoryStore, resolveProvider } from '@evergrant/core'

const provider = resolveProvider({
  id: 'acme',
  name: 'Acme',
  authorization_endpoint: 'http://127.0.0.1:9/authorize',
  token_endpoint: 'http://127.0.0.1:9/token',
})

test('[#15] [#75] a client id that is missing, or a variable that was not set, is named', () => {
  const unset = process.env['EVERGRANT_NO_SUCH_VARIABLE'] as string
  for (const client_id of [unset, '', '  ']) {
    assert.throws(() => defineClient({ provider, client_id }), { code: 'MISSING_CLIENT_ID' })
  }
})

test('[#36] a callback that tells of trouble at the provider blames nobody else', async () => {
  const client = defineClient({ provider, client_id: 'app' })
  for (const error of ['server_error', 'temporarily_unavailable']) {
    const { pending } = await beginAuthorization(client, { grant: 'alice', redirect_uri: 'http://127.0.0.1/callback' })
    const callback = new URLSearchParams({ error, state: pending.state })
    const finished = finishAuthorization(client, { callback, pending, store: memoryStore() })
    await assert.rejects(finished, { code: 'PROVIDER_UNAVAILABLE', error, who: 'provider' })
  }
})
