import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Habits, type RunningSandbox, startSandbox } from '@evergrant/sandbox'
import { home } from './command-line.ts'

const redirect = 'http://127.0.0.1:8400/callback'
const app = { client_id: 'app', client_secret: 'right', redirect_uris: [redirect] }

interface Step {
  readonly id: string
  readonly result: string
  readonly detail: string
  readonly who?: string
  readonly advice?: string
  readonly link?: string
}

function refusal(code: number, error: string, when: string): Habits {
  const words = { error, error_description: `AADSTS${code}: Words of the provider.`, error_codes: [code] }
  return { refusals: [{ when, status: 401, fields: words }] }
}

/** The doctor's steps for a client of the catalogue's Microsoft, at a sandbox that answers as it does. */
async function doctor(
  sandbox: RunningSandbox,
  secret: string,
  more: readonly string[] = [],
): Promise<Map<string, Step>> {
  await using at = await home()
  const where = [
    '--authorization-endpoint',
    `${sandbox.issuer}/authorize`,
    '--token-endpoint',
    `${sandbox.issuer}/token`,
  ]
  const client = ['--provider', 'microsoft', ...where, '--client-id', 'app', '--redirect-uri', redirect]
  const ran = await at.run(['doctor', '--json', ...client, ...more], { env: { EVERGRANT_CLIENT_SECRET: secret } })
  const { checks } = JSON.parse(ran.stdout) as { readonly checks: readonly Step[] }
  return new Map(checks.map((step) => [step.id, step]))
}

test('[#92] doctor tells a secret ID that was pasted for the value from a secret that has expired', async () => {
  await using sandbox = await startSandbox({ clients: [app] })
  const wrong = '^invalid_client: The client secret is wrong'
  sandbox.configure({ imitate: { habits: refusal(7000215, 'invalid_client', wrong) } })
  const pasted = (await doctor(sandbox, 'aaaabbbb-0000-cccc-1111-dddd2222eeee')).get('client_authentication')
  assert.equal(pasted?.result, 'fail')
  assert.match(pasted?.advice ?? '', /secret ID was copied in the place of the value/)
  assert.match(pasted?.link ?? '', /^https:\/\/learn\.microsoft\.com\//)
  sandbox.configure({ imitate: { habits: refusal(7000222, 'invalid_client', wrong) } })
  assert.match(
    (await doctor(sandbox, 'old')).get('client_authentication')?.advice ?? '',
    /secret has expired.*none has to consent again/,
  )
})

test('doctor finds a redirect URI that is registered, and one that is not, without anybody signing in', async () => {
  await using sandbox = await startSandbox({ clients: [app] })
  const good = await doctor(sandbox, 'right')
  assert.deepEqual([good.get('client_authentication')?.result, good.get('redirect_uri')?.result], ['ok', 'ok'])
  const bad = (await doctor(sandbox, 'right', ['--redirect-uri', 'http://127.0.0.1:8400/other'])).get('redirect_uri')
  assert.equal(bad?.result, 'fail')
  assert.match(bad?.detail ?? '', /does not send people back/)
  assert.equal(sandbox.families().length, 0, 'nothing was granted')
})

test('[#92] doctor reads the provider’s own page about a redirect URI, and says where to register it', async () => {
  await using sandbox = await startSandbox({ clients: [app] })
  const page = '<html><body>AADSTS50011: The redirect URI does not match the ones configured.</body></html>'
  sandbox.fault({
    match: { endpoint: 'authorize' },
    times: Infinity,
    status: 200,
    body: page,
    contentType: 'text/html',
  })
  const told = (await doctor(sandbox, 'right')).get('redirect_uri')
  assert.equal(told?.result, 'fail')
  assert.match(told?.advice ?? '', /Authentication, platform Web/)
})

test('doctor says so when a provider does not tell, and when a scope is not known to it', async () => {
  await using sandbox = await startSandbox({ clients: [app] })
  const fault = sandbox.fault({
    match: { endpoint: 'authorize' },
    times: Infinity,
    status: 200,
    body: '<html>Sign in</html>',
    contentType: 'text/html',
  })
  assert.equal((await doctor(sandbox, 'right')).get('redirect_uri')?.result, 'skip')
  fault.remove()
  const strange = await doctor(sandbox, 'right', ['--scope', 'mäil'])
  assert.equal(strange.get('scopes')?.result, 'fail')
  assert.match(strange.get('scopes')?.detail ?? '', /invalid_scope/)
})

test('doctor tries a flow that needs no person for real', async () => {
  await using sandbox = await startSandbox({ clients: [app] })
  const steps = await doctor(sandbox, 'right', ['--flow', 'client_credentials', '--tenant', 'contoso.com'])
  assert.deepEqual([steps.get('client_authentication')?.result, steps.has('redirect_uri')], ['ok', false])
  assert.equal(sandbox.journal.last({ endpoint: 'token' })?.grant_type, 'client_credentials')
})

test('doctor tells which option gives a missing parameter, and what to look at when nothing answers', async () => {
  await using at = await home()
  const asked = async (...args: readonly string[]) => {
    const { code, stdout } = await at.run(['doctor', '--json', '--client-id', 'a', ...args])
    assert.equal(code, 1)
    return (JSON.parse(stdout) as { checks: { id: string; result: string; detail: string; advice?: string }[] }).checks
  }
  const missing = (await asked('--provider', 'shopify')).find(({ id }) => id === 'settings')
  assert.match(missing?.detail ?? '', /needs its Shop \(shop\), for example my-shop/)
  assert.match(missing?.advice ?? '', /--set <name>=<value>/)
  const wrong = (await asked('--provider', 'shopify', '--set', 'shop=evil.com/')).find(({ id }) => id === 'settings')
  assert.match(wrong?.advice ?? '', /--set/)
  const network = (await asked('--issuer', 'http://127.0.0.1:1')).find(({ id }) => id.startsWith('network'))
  assert.equal(network?.result, 'fail')
  assert.match(network?.advice ?? '', /whether a server runs there/)
})
