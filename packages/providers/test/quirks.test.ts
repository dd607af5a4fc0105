import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviationKinds } from '@evergrant/providers'
import { answerCases } from './quirks/answer-cases.ts'
import { certificateCase } from './quirks/certificate-case.ts'
import { consentCases } from './quirks/consent-cases.ts'
import { journey, world } from './quirks/journey.ts'
import { requestCases } from './quirks/request-cases.ts'
import { rowCases } from './quirks/row-cases.ts'

const cases = { ...consentCases, ...requestCases, ...answerCases }

for (const [kind, quirk] of [...Object.entries(cases), ...Object.entries(rowCases)]) {
  test(`${kind}: consent, token, refresh and the end, at a provider that does so`, async () => {
    await using of = await world(quirk, true)
    await journey(of, quirk)
  })
  if (quirk.strict === false) continue
  test(`${kind}: a client that does not know of it does not come through`, async () => {
    await using of = await world(quirk, false)
    await assert.rejects(journey(of, quirk))
  })
}

test('mtls: consent, token and refresh over connections that show the client certificate', certificateCase)

test('every kind of deviation has a test, and every test is of a kind', () => {
  const kinds = deviationKinds.map(({ id }) => id)
  assert.deepEqual([...Object.keys(cases), 'mtls'].sort(), [...kinds].sort())
  assert.equal(new Set(kinds).size, 76)
})
