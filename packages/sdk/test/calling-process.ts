import process from 'node:process'
import { clientCredentialsFlow, defineClient, resolveProvider, tokenSource } from '@evergrant/core'
import { fileStore } from '@evergrant/stores/file'

// One of several programs: a generated client whose tokens are in a store that all of them use. Told to go, it calls.
const [client = '', store = '', issuer = ''] = process.argv.slice(2)
const { createClient } = await import(client)
const provider = resolveProvider({ id: 'here', name: 'Here', token_endpoint: `${issuer}/token` })
const registered = defineClient({ provider, client_id: 'OAuthClientId', client_secret: 'OAuthClientSecret' })
const source = tokenSource('job', { client: registered, store: fileStore(store), flow: clientCredentialsFlow() })
const one = createClient({ auth: { OAuthCCG: { source } } })
process.once('message', async () => {
  const { response } = await one.GET('/echo')
  process.send?.(response.status, () => process.disconnect())
})
process.send?.('ready')
