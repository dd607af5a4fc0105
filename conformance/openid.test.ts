import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { deviations } from './openid/deviations.ts'
import { caseOf, expectedError } from './openid/expectations.ts'
import { registrationWithKey, serverKeys } from './openid/keys.ts'
import { configuration, plans } from './openid/plans.ts'
import { relyingParty } from './openid/relying-party.ts'
import { runModule } from './openid/run-module.ts'
import { startStandIn } from './openid/stand-in.ts'
import { type Plan, Suite } from './openid/suite.ts'

const redirect_uri = 'https://client.example/callback'

/** The cases of each plan that the stand-in serves, as the suite names them. */
const cases = {
  basic: Object.keys(deviations).map((name) =>
    name === 'happy-path' ? 'oidcc-client-test' : `oidcc-client-test-${name}`,
  ),
  dynamic: ['oidcc-client-test-discovery-issuer-mismatch', 'oidcc-client-test-signing-key-rotation'],
  fapi2: [
    'happy-path',
    'invalid-iss',
    'invalid-aud',
    'invalid-secondary-aud',
    'invalid-null-alg',
    'invalid-expired-exp',
    'invalid-missing-exp',
    'invalid-missing-aud',
    'invalid-missing-iss',
    'invalid-nonce',
    'remove-authorization-response-iss',
    'invalid-authorization-response-iss',
    'ensure-authorization-response-with-invalid-state-fails',
    'token-endpoint-response-without-expires_in',
    'token-type-case-insensitivity',
  ].map((name) => `fapi2-security-profile-final-client-test-${name}`),
} as const

/** Rows of the acceptance checklist that a case proves; an id_token that has to be refused proves its own. */
const rows: Readonly<Record<string, string>> = {
  'happy-path': '[#1 #60] ',
  'client-secret-basic': '[#46] ',
  'nonce-invalid': '[#29] ',
  'ensure-authorization-response-with-invalid-state-fails': '[#28] ',
  'invalid-nonce': '[#29] ',
  'invalid-missing-nonce': '[#29] ',
  'signing-key-rotation': '[#60] ',
}

// One client for all cases, as in a run against the suite: an RSA key takes longer than most of them.
const registration = await registrationWithKey(redirect_uri)
const ofServer = await serverKeys()

function planned(suite: Suite, short: keyof typeof cases): Promise<Plan> {
  const { name, variant } = plans[short]
  return suite.createPlan(name, variant, configuration('here', registration, ofServer))
}

for (const short of ['basic', 'dynamic', 'fapi2'] as const) {
  describe(`${plans[short].name}, against the stand-in`, () => {
    for (const testModule of cases[short]) {
      const refused = expectedError(testModule)
      const outcome = refused === undefined ? 'signs in' : `is stopped by ${refused}`
      const row = rows[caseOf(testModule)] ?? (refused === 'ID_TOKEN_INVALID' ? '[#60] ' : '')
      test(`${row}${testModule} ${outcome}`, async () => {
        await using standIn = await startStandIn([testModule])
        const suite = new Suite({ url: standIn.url })
        const plan = await planned(suite, short)
        for (const module of plan.modules)
          await runModule(suite, plan, module, registration, { ...plans[short].variant, ...plans[short].fixed })
      })
    }
  })
}

test('keys that are rotated are fetched once more at once, and then not again for a minute', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  await using standIn = await startStandIn(['oidcc-client-test-signing-key-rotation'])
  const suite = new Suite({ url: standIn.url })
  const plan = await planned(suite, 'basic')
  const [module] = plan.modules
  assert.ok(module)
  const { id, exposed } = await suite.start(plan, module)
  const signIn = await relyingParty({ issuer: exposed['issuer'] ?? '' }, registration, {})
  await signIn()
  assert.equal(standIn.keyRequests(id), 1)
  await signIn()
  assert.equal(standIn.keyRequests(id), 2)
  await assert.rejects(signIn(), { code: 'ID_TOKEN_INVALID', message: /no applicable keys/ })
  await assert.rejects(signIn(), { code: 'ID_TOKEN_INVALID' })
  assert.equal(standIn.keyRequests(id), 2, 'made-up key ids cost the provider a request each')
  t.mock.timers.tick(61_000)
  await signIn()
  assert.equal(standIn.keyRequests(id), 3)
})

test('the command runs one test per module, and fails without a suite', async () => {
  const modules = ['oidcc-client-test', 'oidcc-client-test-invalid-aud']
  await using standIn = await startStandIn(modules)
  const run = await command({ OPENID_SUITE_URL: standIn.url, OPENID_SUITE_PLANS: 'basic' })
  assert.equal(run.code, 0, run.output)
  for (const testModule of modules) assert.match(run.output, new RegExp(`ok \\d+ - ${testModule}\\n`))
  const { code, output } = await command({})
  assert.equal(code, 1)
  assert.match(output, /OPENID_SUITE_URL/)
})

async function command(env: Record<string, string>): Promise<{ code: number; output: string }> {
  const file = join(import.meta.dirname, 'openid/run.ts')
  const child = spawn(process.execPath, ['--conditions=source', '--test', '--test-reporter=tap', file], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, OPENID_SUITE_URL: undefined, ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const [code] = (await once(child, 'close')) as [number]
  return { code, output }
}
