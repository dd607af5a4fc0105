import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSandbox } from '@evergrant/sandbox'
import { consentUrl, home } from './command-line.ts'

const app = { client_id: 'app', client_secret: 'right', redirect_uris: ['http://127.0.0.1/callback'] }
const secret = { env: { EVERGRANT_CLIENT_SECRET: 'right' } }
const unknown = { error: 'unauthorized_client', error_description: 'AADSTS700016: Application not found.' }

function microsoft(url: string, ...more: readonly string[]): readonly string[] {
  const where = ['--token-endpoint', `${url}/token`, '--authorization-endpoint', `${url}/authorize`]
  return ['--provider', 'microsoft', '--tenant', 'contoso.com', ...where, '--client-id', 'app', ...more]
}

test('[#19] --provider-version auto asks v1 with a resource, then v2, and tells both refusals', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [app] })
  const args = ['token', '--flow', 'client_credentials', ...microsoft(sandbox.url, '--provider-version')]
  const resource = ['--set', 'resource=https://outlook.office365.com']
  sandbox.fault({ match: { endpoint: 'token', nth: 1 }, status: 400, body: unknown })
  const good = await at.run([...args, 'auto', ...resource], secret)
  assert.equal(good.code, 0, good.stderr)
  assert.match(good.stdout, /^\S+\n$/)
  const [first, second, ...others] = sandbox.journal.where({ endpoint: 'token' })
  assert.deepEqual(
    [first?.form['resource'], second?.form['resource'], others.length],
    ['https://outlook.office365.com', undefined, 0],
  )
  const bad = await at.run([...args, 'auto'], { env: { EVERGRANT_CLIENT_SECRET: 'wrong' } })
  assert.equal(bad.code, 1)
  assert.match(bad.stderr, /v1: .*secret is wrong.*\| v2: .*secret is wrong/)
  const none = await at.run([...args, 'v3'], secret)
  assert.equal(none.code, 2)
  const doctor = await at.run(['doctor', ...microsoft(sandbox.url, '--provider-version', 'v1')], secret)
  assert.deepEqual([doctor.code, /is for token and login/.test(doctor.stderr)], [2, true])
  assert.match(none.stderr, /no version "v3"[\s\S]*v1, v2, auto/)
})

test('[#20] auto does not ask a second time what a person has declined', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [app] })
  const login = at.start(['login', '--no-open', ...microsoft(sandbox.url, '--provider-version', 'auto')], secret)
  await fetch(await sandbox.deny(await consentUrl(login)))
  const { code, stderr } = await login.ended
  assert.notEqual(code, 0)
  assert.doesNotMatch(stderr, /v2:/)
  assert.equal(sandbox.journal.where({ endpoint: 'consent' }).length, 1)
})
