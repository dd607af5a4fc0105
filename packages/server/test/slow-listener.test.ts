import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { memoryStore, systemClock } from '@evergrant/core'
import { buildApp, createServices } from '@evergrant/server'
import { keyring, keysFromText, newKeyText } from '@evergrant/stores/keyring'
import { pino } from 'pino'
import { openSqlite } from '../src/db/sqlite.ts'

test('a browser that does not read is cut off, and the others go on', { timeout: 600_000 }, async () => {
  const db = openSqlite(':memory:')
  const services = createServices({
    db,
    store: memoryStore(),
    cipher: keyring(await keysFromText(newKeyText())),
    clock: systemClock,
    logger: pino({ level: 'silent' }),
    publicUrl: 'http://127.0.0.1',
    version: 'test',
    passwordCost: { N: 2 ** 10, r: 8, p: 1 },
  })
  const app = await buildApp(services)
  const server = createServer((request, response) => app.routing(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const token = (await services.users.setupToken()) ?? ''
  const { secret } = await services.sessions.begin(await services.users.setUp(token, 'Ada', 'correct horse', 'here'))
  const ask = `GET /v1/events HTTP/1.1\r\nHost: x\r\nCookie: __Host-evergrant=${secret}\r\n\r\n`

  const [slow, quick] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
  let read = 0
  quick.on('data', (part) => {
    read += part.length
  })
  for (const socket of [slow, quick]) socket.on('error', () => undefined).write(ask)
  while (services.hub.size < 2) await new Promise((done) => setTimeout(done, 5))
  slow.pause()

  const id = 'x'.repeat(100_000)
  let sent = 0
  while (services.hub.size === 2 && sent < 500) {
    services.hub.publish('account_removed', { id, state: 'removed' })
    sent++
    await new Promise((done) => setTimeout(done, 2))
  }
  assert.equal(services.hub.size, 1, `after ${sent} events`)
  while (read < sent * 100_000) await new Promise((done) => setTimeout(done, 5))
  services.hub.close()
  await once(quick, 'close')
  slow.destroy()
  server.close()
  await app.close()
  await db.destroy()
})
