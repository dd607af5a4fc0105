/**
 * `npm run conformance`: the client test plans of the OpenID Foundation's conformance suite, one test per module.
 * See conformance/README.md for the environment.
 */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { registrationWithKey, serverKeys } from './keys.ts'
import { configuration, plans } from './plans.ts'
import { runModule } from './run-module.ts'
import { Suite } from './suite.ts'

const env = process.env
const url = env['OPENID_SUITE_URL']
const chosen = (env['OPENID_SUITE_PLANS'] ?? 'basic,config,fapi2').split(',')
const only = env['OPENID_SUITE_MODULE']

if (url === undefined) {
  test('the suite is named', () => assert.fail('Set OPENID_SUITE_URL to the address of a conformance suite'))
} else {
  const suite = new Suite({ url, token: env['OPENID_SUITE_TOKEN'] })
  for (const short of chosen) {
    const choice = Object.hasOwn(plans, short) ? plans[short as keyof typeof plans] : undefined
    if (choice === undefined) throw new Error(`There is no plan ${short}; there are: ${Object.keys(plans).join(', ')}`)
    const variant = { ...choice.variant, ...(JSON.parse(env['OPENID_SUITE_VARIANT'] ?? '{}') as object) }
    const registration = await registrationWithKey(
      env['OPENID_SUITE_REDIRECT_URI'] ?? 'https://client.example/callback',
    )
    const alias = `evergrant-${short}-${Date.now().toString(36)}`
    const plan = await suite.createPlan(choice.name, variant, configuration(alias, registration, await serverKeys()))
    describe(`${choice.name} (${plan.id})`, { concurrency: 1 }, () => {
      before(() => assert.ok(plan.modules.length > 0))
      for (const module of plan.modules) {
        if (only !== undefined && !module.testModule.includes(only)) continue
        const title = `${module.testModule} ${module.variant ? JSON.stringify(module.variant) : ''}`.trim()
        test(title, { timeout: 120_000 }, () =>
          runModule(suite, plan, module, registration, { ...variant, ...choice.fixed }),
        )
      }
    })
  }
}
