import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountAt, connected, consentUrl, Scene, SECRET, sandboxOf } from './support/scene.ts'

const TENANT = 'aaaabbbb-0000-cccc-1111-dddd2222eeee'

test('[#92] an account that waits for an administrator of the organisation has the link that allows it for everybody', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const made = await admin.post('/v1/connections', {
    name: 'Microsoft',
    provider: 'microsoft',
    client_id: 'my client',
    client_secret: SECRET,
    parameters: { tenant: TENANT },
    scope: 'https://graph.microsoft.com/Mail.Read',
  })
  const account = await accountAt(made.json.id, admin)
  const shown = async () => (await admin.get(`/v1/accounts/${account}`)).json
  assert.equal((await shown()).admin_consent_url, undefined, 'nobody has asked for it so far')
  const state = new URL(await consentUrl(account, admin)).searchParams.get('state') ?? ''
  const refusal = new URLSearchParams({
    state,
    error: 'consent_required',
    error_description: 'AADSTS90094: The grant requires admin permission.',
  })
  assert.equal((await admin.visit(`${made.json.redirect_uri}?${refusal}`)).status >= 400, true)
  const { state: now, who, link, admin_consent_url } = await shown()
  assert.deepEqual([now, who], ['blocked_by_admin', 'administrator'])
  assert.match(link, /^https:\/\/learn\.microsoft\.com\//)
  const { states } = (await admin.get('/v1/overview')).json.accounts
  assert.deepEqual(
    [states.blocked_by_admin, states.needs_consent],
    [1, 0],
    'counts know who must act, as the account does',
  )
  const url = new URL(admin_consent_url)
  assert.equal(url.origin + url.pathname, `https://login.microsoftonline.com/${TENANT}/v2.0/adminconsent`)
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    client_id: 'my client',
    scope: 'https://graph.microsoft.com/Mail.Read',
    redirect_uri: made.json.redirect_uri,
  })
})

test('an administrator who comes back from the admin consent page is told that it worked, and nothing changes', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, connection, account } = await connected(scene, sandbox)
  const before = (await admin.get(`/v1/accounts/${account}`)).json
  const back = `${scene.server.url}/oauth/callback/${connection}`
  const page = await scene.browser().visit(`${back}?admin_consent=True&tenant=${TENANT}`)
  assert.equal(page.status, 200)
  assert.match(page.text, /Allowed for the organisation/)
  assert.deepEqual((await admin.get(`/v1/accounts/${account}`)).json, before)
  // Only an answer without code and error is one.
  assert.equal((await scene.browser().visit(`${back}?admin_consent=True&error=access_denied`)).status >= 400, true)
})

test('an account tells when its permission ends, and why, from what the provider told', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  sandbox.fault({ match: { endpoint: 'token' }, times: Infinity, set: { refresh_token_expires_in: 86_400 * 30 } })
  const { admin, account } = await connected(scene, sandbox)
  const { predicted_end } = (await admin.get(`/v1/accounts/${account}`)).json
  assert.equal(predicted_end.reason, 'told')
  assert.equal(predicted_end.at, Math.floor(scene.clock.now()) + 86_400 * 30)
})
