import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { Languages } from '../src/languages/languages.ts'
import { answerUnready } from '../src/unready.ts'

test('a server that is starting answers with a problem in the language of the request, and says when to come again', async () => {
  const languages = new Languages()
  const server = createServer((request, response) =>
    answerUnready(request, response, languages, { 'evergrant-sandbox': 'this one' }),
  )
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/accounts`
  try {
    for (const [language, words] of [
      ['en', 'The server is starting.'],
      ['de', 'Der Server startet.'],
    ] as const) {
      const { status, headers, ...answer } = await asked(url, language)
      assert.deepEqual([status, headers.get('retry-after'), headers.get('content-language')], [503, '1', language])
      assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/)
      assert.equal(headers.get('evergrant-sandbox'), 'this one')
      const { code, detail, who, request_id } = answer.json
      assert.deepEqual([code, detail, who], ['STARTING', words, 'operator'])
      assert.equal(request_id, headers.get('x-request-id'))
    }
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

async function asked(url: string, language: string) {
  const response = await fetch(url, { headers: { 'accept-language': language } })
  const json = (await response.json()) as Record<string, unknown>
  return { status: response.status, headers: response.headers, json }
}
