import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { home } from './command-line.ts'

test('serve runs the connection server until it is told to stop', async () => {
  await using at = await home()
  const server = at.start(['serve', '--port', '0', '--data-dir', join(at.folder, 'data'), '--sandbox'])
  const [, url = ''] = await server.seen(/^Evergrant runs at (http:\/\/\S+)$/m)
  assert.equal((await fetch(`${url}/healthz`)).status, 200)
  server.kill('SIGTERM')
  const { code, stdout } = await server.ended
  assert.equal(code, 0)
  assert.match(stdout, /\/setup#token=\S{16,}/)
  await assert.rejects(fetch(`${url}/healthz`))
})

test('serve names a port that is no port, and exits with 2', async () => {
  await using at = await home()
  const ran = await at.run(['serve', '--port', 'eighty', '--data-dir', join(at.folder, 'data')])
  assert.equal(ran.code, 2, ran.stderr)
  assert.match(ran.stderr, /EVERGRANT_PORT/)
})
