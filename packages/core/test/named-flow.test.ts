import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type ClientAuthentication,
  ClientSecretBasicRaw,
  ClientSecretPost,
  clientCredentialsFlow,
  defineClient,
  type Flow,
  isOAuthError,
  memoryStore,
  type NamedFlow,
  namedFlow,
  resolveProvider,
  type TokenSource,
  tokenSource,
} from '@evergrant/core'
import { passwordFlow } from '@evergrant/core/legacy'
import { loopbackServer } from './http/loopback-server.ts'

interface Settings {
  readonly client_id?: string
  readonly client_secret?: string
  readonly tenant_id?: string
  readonly username?: string
  readonly password?: string
}

/** Flows as an EWS library names them, each with its way to authenticate the client. */
function connector(token_endpoint: string): Readonly<Record<string, NamedFlow<Settings, TokenSource>>> {
  const source = (settings: Settings, authentication: (secret: string) => ClientAuthentication, flow: Flow) => {
    const { client_id = '', client_secret = '' } = settings
    const provider = resolveProvider({ id: 'acme', name: 'Acme', token_endpoint })
    const client = defineClient({ provider, client_id, client_auth: authentication(client_secret) })
    return tokenSource('connector', { client, store: memoryStore(), flow })
  }
  const app = ['client_id', 'client_secret', 'tenant_id'] as const
  const scope = 'ews/.default'
  return {
    legacy_app_flow: {
      needs: [...app, 'username', 'password'],
      run: (settings) => {
        const { username = '', password = '' } = settings
        return source(settings, ClientSecretBasicRaw, passwordFlow({ username, password, scope }))
      },
    },
    backend_app_flow: {
      needs: app,
      run: (settings) => source(settings, ClientSecretBasicRaw, clientCredentialsFlow({ scope })),
    },
    client_credentials_grant: {
      needs: app,
      run: (settings) => source(settings, ClientSecretPost, clientCredentialsFlow({ scope })),
    },
  }
}

const settings: Settings = { client_id: 'id', client_secret: 'p%c:t', tenant_id: 't', username: 'u', password: 'p' }

test('a flow is chosen by a library’s own name, and authenticates the client in its own way', async () => {
  await using server = await loopbackServer((_, response) => void response.end('{"access_token":"a"}'))
  const flows = connector(`${server.url}/token`)
  const sent = async (name: string) => {
    await namedFlow(flows, name, settings).token()
    const { headers, body } = server.seen.at(-1) ?? assert.fail('nothing came')
    return { authorization: headers.authorization, form: Object.fromEntries(new URLSearchParams(body)) }
  }
  const authorization = `Basic ${Buffer.from('id:p%c:t').toString('base64')}`
  const app = { grant_type: 'client_credentials', scope: 'ews/.default' }
  const person = { grant_type: 'password', username: 'u', password: 'p', scope: 'ews/.default' }
  assert.deepEqual(await sent('legacy_app_flow'), { authorization, form: person })
  assert.deepEqual(await sent('backend_app_flow'), { authorization, form: app })
  assert.deepEqual(await sent('client_credentials_grant'), {
    authorization: undefined,
    form: { ...app, client_id: 'id', client_secret: 'p%c:t' },
  })
})

test('[#14] an unknown flow name lists the names there are', () => {
  const flows = connector('https://acme.example/token')
  for (const name of ['client_credentials', '', 'toString', '__proto__']) {
    assert.throws(() => namedFlow(flows, name, settings), {
      code: 'INVALID_ARGUMENT',
      message: `There is no flow "${name}"; there are: legacy_app_flow, backend_app_flow, client_credentials_grant.`,
    })
  }
})

test('[#15] every setting that a flow needs and does not get is named, at once', () => {
  const flows = connector('https://acme.example/token')
  const given = { client_id: ' ', client_secret: 'pLaNtEd', password: '' }
  assert.throws(
    () => namedFlow(flows, 'legacy_app_flow', given),
    (error) => {
      assert.ok(isOAuthError(error) && error.code === 'MISSING_PARAMETER')
      assert.equal(error.message, 'legacy_app_flow needs client_id, tenant_id, username, password.')
      return true
    },
  )
})
