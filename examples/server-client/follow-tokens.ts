/**
 * A program beside a connection server: lists the accounts that its API key is for, takes a token for each that works, and
 * follows them. Prints a line for each: never a token, only its generation. Ctrl-C ends it.
 *
 *     EVERGRANT_URL=http://127.0.0.1:8080 EVERGRANT_API_KEY=egk_… node examples/server-client/follow-tokens.ts
 */
import process from 'node:process'
import { type Client, createClient } from './generated/client.ts'

const { EVERGRANT_URL: baseUrl, EVERGRANT_API_KEY: token = '' } = process.env
const client = createClient({ baseUrl, auth: { apiKey: { token } } })

for (;;) {
  // From here on nothing is missed: what changes while the list is read is heard afterwards.
  const events = await tokenEvents(client)
  for (const { id, name, state } of await accounts(client)) {
    console.log(`${name} (${id}): ${state}`)
    if (state === 'ok') await take(client, id)
  }
  for await (const account of events) await take(client, account)
  // The server ended the stream; one that was started again is there in a moment.
  await new Promise((again) => setTimeout(again, 1000))
}

async function accounts(at: Client) {
  const { data, error } = await at.GET('/v1/accounts')
  if (error !== undefined) throw new Error(`${error.detail} ${error.advice}`)
  return data.accounts
}

/** Here a real program would give the token to whoever calls the API. */
async function take(at: Client, id: string): Promise<void> {
  const { data, error } = await at.POST('/v1/accounts/{id}/token', { params: { path: { id } }, body: { min_ttl: 60 } })
  if (data !== undefined) console.log(`${id} token ${data.generation}, ${data.expires_in} seconds left`)
  else console.log(`${id} no token: ${error.detail} ${error.reconnect_url ?? error.advice}`)
}

/** The accounts that have another token, as soon as they have it. Resolves once the stream has begun. */
async function tokenEvents(at: Client): Promise<AsyncIterable<string>> {
  const { data, response } = await at.GET('/v1/events', { parseAs: 'stream' })
  if (!response.ok || !data) throw new Error(`The event stream answered ${response.status}.`)
  return changed(data.pipeThrough(new TextDecoderStream()))
}

/** Server-sent events (HTML §9.2): a block ends with an empty line. */
async function* changed(stream: ReadableStream<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const part of stream) {
    const blocks = (rest + part).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const [, data] = /^event: token\ndata: (.*)$/m.exec(block) ?? []
      if (data !== undefined) yield JSON.parse(data).account
    }
  }
}
