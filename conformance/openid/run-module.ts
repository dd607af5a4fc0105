import assert from 'node:assert/strict'
import { isOAuthError } from '@evergrant/core'
import { caseOf, expectedError } from './expectations.ts'
import { type Behaviour, type Registration, relyingParty } from './relying-party.ts'
import type { Plan, PlanModule, Suite } from './suite.ts'

/** What the suite may find: a module that checks what a client need not do is skipped, a warning is for people. */
const GOOD = new Set(['PASSED', 'REVIEW', 'WARNING', 'SKIPPED'])

/** Runs one module: both our own outcome and the suite's judgement have to be right. */
export async function runModule(
  suite: Suite,
  plan: Plan,
  module: PlanModule,
  registration: Registration,
  variant: Behaviour,
): Promise<void> {
  const { id, exposed } = await suite.start(plan, module)
  const { issuer, accounts_endpoint } = exposed
  assert.ok(issuer, `${module.testModule} exposes no issuer`)
  const behaviour = { ...variant, ...module.variant }
  const outcome = await attempt(async () => {
    const signIn = await relyingParty({ issuer, accounts_endpoint }, registration, behaviour)
    await signIn()
    // This module changes its keys between two sign-ins of one client.
    if (caseOf(module.testModule) === 'signing-key-rotation') await signIn()
  })
  const expected = expectedError(module.testModule)
  const words = outcome instanceof Error ? outcome.message : ''
  assert.equal(isOAuthError(outcome) ? outcome.code : outcome, expected, words)
  const { status, result } = await suite.judged(id)
  assert.equal(status, 'FINISHED', `the suite: ${status} ${result}`)
  assert.ok(GOOD.has(result ?? ''), `the suite: ${result}`)
}

async function attempt(work: () => Promise<void>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    return error
  }
}
