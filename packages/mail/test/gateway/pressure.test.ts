import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { type GatewayEvent, hashProgramPassword, startMailGateway } from '@evergrant/mail/gateway'

const address = 'alice@example.test'
const password = 'a-password-of-a-program'
const host = '127.0.0.1'
/** What one side has to say to the other: far more than sockets buffer. */
const MUCH = 100_000_000
const CHUNK = Buffer.alloc(1_000_000, `NOOP ${'x'.repeat(93)}\r\n`)

type Protocol = 'imap' | 'pop'

/** A mail server that lets everybody in, answers `big` with very much and everything else with one line; `sent` counts the much. */
async function flood(protocol: Protocol) {
  let sent = 0
  let first: Socket | undefined
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    first ??= socket
    open.add(socket.on('error', () => undefined).on('close', () => open.delete(socket)))
    socket.write(protocol === 'imap' ? '* OK hi\r\n' : '+OK hi\r\n')
    const pour = async (): Promise<void> => {
      if (protocol === 'pop') socket.write('+OK\r\n')
      for (let left = MUCH; left > 0 && !socket.destroyed; left -= CHUNK.length) {
        const took = socket.write(CHUNK)
        if (!took) await moved(socket)
        sent += CHUNK.length
      }
    }
    let rest = ''
    socket.on('data', (data) => {
      rest += data
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        const tag = line.split(' ')[0]
        if (line.includes('big')) void pour()
        else if (protocol === 'pop')
          socket.write(
            line === 'CAPA' ? '+OK\r\nSASL XOAUTH2\r\n.\r\n' : line.startsWith('AUTH') ? '+ \r\n' : '+OK\r\n',
          )
        else if (line.includes('CAPABILITY'))
          socket.write(`* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2\r\n${tag} OK\r\n`)
        else socket.write(`${tag} OK\r\n`)
      }
    })
  })
  server.listen(0, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    sent: () => sent,
    open: () => open.size,
    /** Of the first connection. */
    stopReading: () => void first?.removeAllListeners('data').pause(),
    /** Until all of what is very much has come. */
    readAgain: () =>
      new Promise<void>((resolve) => {
        let read = 0
        first
          ?.on('data', (data) => {
            read += data.length
            if (read >= MUCH) resolve()
          })
          .resume()
      }),
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}

/** Resolves when the socket takes more, or is gone. */
function moved(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })
}

async function gatewayTo(port: number, protocol: Protocol, idleTimeout?: number) {
  const events: GatewayEvent[] = []
  let asked = 0
  const programs = [{ name: 'test', hash: await hashProgramPassword(password) }]
  const source = {
    token: async () => {
      asked += 1
      return { access_token: 't0ken', token_type: 'Bearer', raw: {} }
    },
  }
  const account = { mailbox: address, [protocol]: { host, port, security: 'none' }, source, programs } as const
  const gateway = await startMailGateway({
    listeners: [{ protocol }, { protocol: 'smtp' }],
    account: (name) => (name.toLowerCase() === address ? account : undefined),
    onEvent: (event) => void events.push(event),
    idleTimeout,
  })
  const [first = 0, smtp = 0] = gateway.ports
  return { gateway, port: first, smtp, events, asked: () => asked, [Symbol.asyncDispose]: () => gateway.close() }
}

/** Logs in; whoever asks hears what the program was sent. */
async function program(port: number, protocol: Protocol) {
  const socket = connect({ host, port })
  socket.on('error', () => undefined)
  let heard = ''
  let look = (): void => undefined
  const hear = (data: Buffer): void => {
    heard = (heard + data.toString('latin1')).slice(-1000)
    look()
  }
  socket.on('data', hear)
  const hears = (end: string): Promise<void> =>
    new Promise((resolve) => {
      look = () => {
        if (!heard.includes(end)) return
        heard = ''
        look = () => undefined
        resolve()
      }
      look()
    })
  socket.write(protocol === 'imap' ? `a LOGIN ${address} ${password}\r\n` : `USER ${address}\r\nPASS ${password}\r\n`)
  await hears(protocol === 'imap' ? 'a OK' : '+OK logged in')
  const command = async (): Promise<void> => {
    socket.write(protocol === 'imap' ? 'n NOOP\r\n' : 'NOOP\r\n')
    await hears(protocol === 'imap' ? 'n OK' : '+OK')
  }
  return { socket, command, stopReading: () => socket.off('data', hear).pause() }
}

for (const protocol of ['imap', 'pop'] as const) {
  test(`${protocol}: a program that never reads holds its mail server back, and gets all of it when it reads after all`, async () => {
    await using server = await flood(protocol)
    await using at = await gatewayTo(server.port, protocol)
    const [lazy, busy] = [await program(at.port, protocol), await program(at.port, protocol)]
    lazy.stopReading()
    lazy.socket.write(protocol === 'imap' ? 'b FETCH big\r\n' : 'RETR big\r\n')
    // All of it is stuck once nothing moves while another session goes on through the same gateway, many times over.
    for (let still = 0, before = -1; still < 100; ) {
      await busy.command()
      still = server.sent() === before && before > 0 ? still + 1 : 0
      before = server.sent()
      assert.ok(before < MUCH, 'the gateway took everything in')
    }
    assert.ok(server.sent() < 50_000_000, `${server.sent()} octets are somewhere between the two`)
    let read = 0
    await new Promise<void>((resolve) => {
      lazy.socket.on('data', (data) => {
        read += data.length
        if (read >= MUCH) resolve()
      })
      lazy.socket.resume()
    })
    lazy.socket.destroy()
    busy.socket.destroy()
  })
}

for (const [protocol, begin] of [
  ['imap', `b APPEND INBOX {${MUCH}+}\r\n`],
  ['pop', ''],
] as const) {
  test(`${protocol}: a mail server that does not read holds its program back, and gets all of it when it reads after all`, async () => {
    await using server = await flood(protocol)
    await using at = await gatewayTo(server.port, protocol)
    const [sending, busy] = [await program(at.port, protocol), await program(at.port, protocol)]
    server.stopReading()
    let sent = 0
    const pour = async (): Promise<void> => {
      sending.socket.write(begin)
      for (; sent < MUCH && !sending.socket.destroyed; sent += CHUNK.length) {
        if (!sending.socket.write(CHUNK)) await moved(sending.socket)
      }
    }
    const poured = pour()
    for (let still = 0, before = -1; still < 100; ) {
      await busy.command()
      still = sent === before && before > 0 ? still + 1 : 0
      before = sent
      assert.ok(before < MUCH, 'the gateway took everything in')
    }
    assert.ok(sent < 50_000_000, `${sent} octets are somewhere between the two`)
    await Promise.all([server.readAgain(), poured])
    sending.socket.destroy()
    busy.socket.destroy()
  })
}

test('a side that is gone without a word ends with the idle time, and takes the other with it', async () => {
  await using server = await flood('imap')
  await using at = await gatewayTo(server.port, 'imap', 1)
  const gone = await program(at.port, 'imap')
  await once(gone.socket, 'close')
  while (at.gateway.sessions > 0 || server.open() > 0) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(at.events.at(-1)?.type, 'closed')
})

test('a program that closes its half takes the mail server’s connection with it', async () => {
  await using server = await flood('imap')
  await using at = await gatewayTo(server.port, 'imap')
  const polite = await program(at.port, 'imap')
  polite.socket.end()
  await once(polite.socket, 'close')
  while (at.gateway.sessions > 0 || server.open() > 0) await new Promise((resolve) => setImmediate(resolve))
})

test('a name that would be a command of its own reaches neither a grant nor a mail server, and begins no line of a log', async () => {
  await using server = await flood('imap')
  await using at = await gatewayTo(server.port, 'imap')
  const name = `${address}\r\nz DELETE INBOX`
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  for (const [port, said, wanted] of [
    [at.port, `a LOGIN {${name.length}+}\r\n${name} ${password}\r\n`, /a NO \[AUTHENTICATIONFAILED\]/],
    [at.port, `a AUTHENTICATE PLAIN ${base64(`\0${name}\0${password}`)}\r\n`, /a NO \[AUTHENTICATIONFAILED\]/],
    [at.port, `a AUTHENTICATE PLAIN ${base64(`bob\0${address}\0${password}`)}\r\n`, /a NO \[AUTHORIZATIONFAILED\]/],
    [at.port, `a LOGIN "${address}\\x" ${password}\r\n`, /a BAD the arguments cannot be read/],
    [at.smtp, `AUTH LOGIN ${base64(name)}\r\n${base64(password)}\r\n`, /535 5\.7\.8/],
  ] as const) {
    const socket = connect({ host, port })
    let heard = ''
    await new Promise<void>((resolve) => {
      socket.on('data', (data) => {
        heard += data
        if (wanted.test(heard)) resolve()
      })
      socket.on('close', () => resolve())
      socket.write(said)
    })
    assert.match(heard, wanted)
    socket.destroy()
  }
  assert.equal(at.asked(), 0)
  assert.equal(server.open(), 0)
  const tried = at.events.map((event) => ('tried' in event ? String(event.tried) : ''))
  assert.ok(tried.some((name) => name.includes('DELETE')))
  for (const name of tried) assert.match(name, /^[\x20-\x7e]*$/)
})
