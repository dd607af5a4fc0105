import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { consoleConsent, obtainConsent } from '@evergrant/core'
import { terminalDialog } from '@evergrant/core/node'
import { world } from './world.ts'

const redirect_uri = 'http://127.0.0.1/callback'

test('[#38] the address is printed, and a pasted callback of thousands of characters becomes a grant', async () => {
  await using w = await world(redirect_uri)
  let printed = ''
  const consent = consoleConsent({
    write: (text) => {
      printed += text
    },
    read: async () => {
      const url = /http\S+\/authorize\?\S+/.exec(printed)?.[0] ?? ''
      return `  "${await w.sandbox.approve(url)}&session_state=${'x'.repeat(5000)}" `
    },
  })
  const grant = await obtainConsent(w.client, { grant: 'alice', store: w.store, consent, redirect_uri })
  assert.equal(grant.standing.state, 'active')
  assert.deepEqual(await w.store.get('alice'), grant)
})

test('[#38] a wrong paste is told and asked for again; an empty line gives up', async () => {
  await using w = await world(redirect_uri)
  const written: string[] = []
  const lines = ['what now?', `${redirect_uri}?code=a&state=another`, '']
  const consent = consoleConsent({ write: (text) => void written.push(text), read: async () => lines.shift() })
  const asked = obtainConsent(w.client, { grant: 'alice', store: w.store, consent, redirect_uri })
  await assert.rejects(asked, { code: 'ABORTED', grant: 'alice' })
  assert.match(written.join(''), /neither a code nor an error[\s\S]*belongs to another attempt/)
  assert.equal(await w.store.get('alice'), undefined)
})

test('[#38] on a terminal a line of 5,000 characters arrives whole, typed in pieces', async () => {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined })
  const output = new PassThrough()
  output.resume()
  const dialog = terminalDialog(input, output)
  const line = `${redirect_uri}?code=${'c'.repeat(5000)}&state=s`
  const read = dialog.read()
  for (let at = 0; at < line.length; at += 700) input.write(line.slice(at, at + 700))
  input.write('\r')
  assert.equal(await read, line)
  const second = dialog.read()
  input.write('again\r')
  assert.equal(await second, 'again')
  const interrupted = dialog.read()
  input.write('\u0003')
  assert.equal(await interrupted, undefined)
})

test('[#38] two lines from a pipe are two answers, and its end is none', async () => {
  const input = new PassThrough()
  const dialog = terminalDialog(input, new PassThrough())
  input.end('first\nsecond\n')
  assert.equal(await dialog.read(), 'first')
  assert.equal(await dialog.read(), 'second')
  assert.equal(await dialog.read(), undefined)
})

test('[#39] any function from the consent address to the callback address is a consent handler', async () => {
  await using w = await world(redirect_uri)
  const consent = (url: string): Promise<string> => w.sandbox.approve(url, { username: 'bob' })
  const grant = await obtainConsent(w.client, { grant: 'bob', store: w.store, consent, redirect_uri })
  assert.ok(grant.refresh_token)
  for (const nothing of [undefined, '', '  ']) {
    const empty = { grant: 'none', store: w.store, consent: async () => nothing, redirect_uri }
    await assert.rejects(obtainConsent(w.client, empty), { code: 'ABORTED' })
  }
  assert.equal(await w.store.get('none'), undefined)
})

test('[#36] a denial reaches the caller as ACCESS_DENIED, and the handler hears it', async () => {
  await using w = await world(redirect_uri)
  const heard: unknown[] = []
  const consent = Object.assign((url: string) => w.sandbox.deny(url), {
    settled: async (outcome: unknown) => void heard.push(outcome),
  })
  const asked = obtainConsent(w.client, { grant: 'alice', store: w.store, consent, redirect_uri })
  const error = await asked.catch((e: unknown) => e)
  assert.equal((error as { code: string }).code, 'ACCESS_DENIED')
  assert.deepEqual(heard, [error])
})

test('obtainConsent without a redirect URI says what is missing', async () => {
  await using w = await world(redirect_uri)
  const asked = obtainConsent(w.client, { grant: 'a', store: w.store, consent: async () => undefined })
  await assert.rejects(asked, { code: 'INVALID_ARGUMENT' })
})
