import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { startMailGateway } from '@evergrant/mail/gateway'
import { type Program, plain, talk } from './program.ts'
import { alice, host, password, world } from './world.ts'

/** A way to a mail server on which everything that is said to it is written down. */
async function tap(to: number) {
  const open = new Set<Socket>()
  let said = ''
  const server = createServer((socket) => {
    const inner = connect({ host, port: to })
    for (const one of [socket, inner]) open.add(one.on('error', () => undefined))
    socket.on('data', (data) => {
      said += data.toString('latin1')
    })
    socket.pipe(inner).pipe(socket)
  })
  server.listen(0, host)
  await once(server, 'listening')
  return {
    at: { host, port: (server.address() as AddressInfo).port, security: 'none' } as const,
    said: () => said,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}

type Protocol = 'imap' | 'pop' | 'smtp'

/** A program that has logged in, and what its mail server hears from then on. */
async function session(protocol: Protocol, login: string, opened: RegExp) {
  const at = await world()
  const way = await tap(at.mail.ports[protocol])
  const account = { ...at.account, [protocol]: way.at }
  const gateway = await startMailGateway({ listeners: [{ protocol }], clock: at.clock, account: () => account })
  const program: Program = talk(gateway.ports[0] ?? 0)
  program.say(login)
  await program.hears(opened)
  const before = way.said().length
  return {
    program,
    upstream: () => way.said().slice(before),
    async [Symbol.asyncDispose]() {
      program.socket.destroy()
      await gateway.close()
      await way[Symbol.asyncDispose]()
      await at[Symbol.asyncDispose]()
    },
  }
}

export const smtp = () => session('smtp', `EHLO x\r\nAUTH PLAIN ${plain(alice, password)}\r\n`, /235[^\r]*\r\n/)
export const imap = () => session('imap', `a LOGIN ${alice} ${password}\r\n`, /a OK[^\r]*\r\n/)
export const pop = () => session('pop', `USER ${alice}\r\nPASS ${password}\r\n`, /logged in\r\n/)
