import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createProxy } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { proxyFetch } from '@evergrant/core/node'

/** A certificate for 127.0.0.1 that nobody else knows; undefined without the openssl program. */
function certificate(): { key: string; cert: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-'))
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1', '-nodes']
  const files = ['-keyout', keyFile, '-out', certFile]
  try {
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', ...subject, ...files]
    execFileSync('openssl', args, { stdio: 'ignore' })
    return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') }
  } catch {
    return undefined
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const tls = certificate()
const skip = tls === undefined && 'the openssl program is not installed; it makes the certificate'

test('[#123 #126] https goes through CONNECT; its certificate is verified unless that is turned off', {
  skip,
}, async () => {
  const server = createServer({ ...tls }, (_, response) => void response.end('secret page'))
  const tunnels: string[] = []
  const sockets = new Set<Socket>()
  const proxy = createProxy().on('connect', (incoming, socket: Socket) => {
    tunnels.push(incoming.url ?? '')
    const [host = '', port = ''] = (incoming.url ?? '').split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    for (const one of [socket, onward]) sockets.add(one.on('error', () => undefined))
  })
  for (const one of [server, proxy]) await once(one.listen(0, '127.0.0.1'), 'listening')
  const at = (one: { address(): unknown }): string => `127.0.0.1:${(one.address() as AddressInfo).port}`
  try {
    await using strict = await proxyFetch({ proxy: at(proxy), noProxy: '' })
    await assert.rejects(strict(`https://${at(server)}/`), (error: Error) =>
      /SELF_SIGNED/.test(String(Reflect.get(error.cause ?? {}, 'code'))),
    )
    await using trusting = await proxyFetch({ proxy: at(proxy), noProxy: '', ca: tls?.cert })
    assert.equal(await (await trusting(`https://${at(server)}/`)).text(), 'secret page')
    await using blind = await proxyFetch({ proxy: at(proxy), noProxy: '', verifyTls: false })
    assert.equal(await (await blind(`https://${at(server)}/`)).text(), 'secret page')
    assert.deepEqual(new Set(tunnels), new Set([at(server)]))
    await using direct = await proxyFetch({ proxy: at(proxy), noProxy: '*', ca: tls?.cert })
    const before = tunnels.length
    assert.equal(await (await direct(`https://${at(server)}/`)).text(), 'secret page')
    assert.equal(tunnels.length, before)
  } finally {
    for (const socket of sockets) socket.destroy()
    server.closeAllConnections()
    for (const one of [server, proxy]) await once(one.close(), 'close')
  }
})
