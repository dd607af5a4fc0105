import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthenticationError, OAuthError } from '@evergrant/core'
import { ewsClient, OAuth2Connector } from '@evergrant/microsoft365/ews'
import { type Reply, server } from './support/server.ts'

const source = { token: async () => ({ access_token: 'a-token', token_type: 'Bearer', raw: {} }) }
const xml = { 'content-type': 'text/xml; charset=utf-8' }
const html = { 'content-type': 'text/html' }
const page = '<!DOCTYPE html><html><body>Sign in to Outlook</body></html>'

async function failure(reply: Reply): Promise<OAuthError> {
  await using exchange = await server(() => reply)
  const failed = ewsClient(source, { url: `${exchange.url}/EWS/Exchange.asmx` }).getFolder('inbox')
  const error: unknown = await failed.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof OAuthError)
  return error
}

const refusals: readonly (readonly [string, Reply])[] = [
  ['an empty 401', { status: 401, headers: xml, body: '' }],
  ['an empty 401 without a type', { status: 401 }],
  ['a 401 with a page to sign in on', { status: 401, headers: html, body: page }],
  ['a 403', { status: 403, headers: html, body: page }],
]
for (const [what, reply] of refusals)
  test(`[#24] ${what} of Exchange says the status, who has to act and what to check`, async () => {
    const error = await failure(reply)
    assert.ok(error instanceof AuthenticationError)
    const { code, status, who } = error
    assert.deepEqual({ code, status, who }, { code: 'HTTP_ERROR', status: reply.status, who: 'administrator' })
    assert.match(error.message, new RegExp(`Exchange\\.asmx answered ${reply.status}`))
    assert.match(error.advice, /full_access_as_app/)
  })

test('[#24] a page to sign in on in the place of an answer is told as such', async () => {
  for (const headers of [html, xml])
    for (const body of [page, '<html>login</html>']) {
      const { code, status, who, message } = await failure({ headers, body })
      assert.deepEqual({ code, status, who }, { code: 'HTTP_ERROR', status: 200, who: 'administrator' })
      assert.match(message, /a web page instead of SOAP/)
    }
})

test('[#19] an endpoint that there is not is refused before anything is sent', () => {
  for (const endpointVersion of ['v3', '', 'V2'] as unknown as 'v1'[])
    assert.throws(() => new OAuth2Connector({ access_token: 'a-token' }, { endpointVersion }), {
      code: 'INVALID_ARGUMENT',
      message: /there are v1 and v2/,
    })
})
