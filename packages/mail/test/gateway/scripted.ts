import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { AccessToken } from '@evergrant/core'
import { type GatewayAccount, type GatewayEvent, hashProgramPassword, startMailGateway } from '@evergrant/mail/gateway'
import { alice, host, password } from './world.ts'

type Servers = Pick<GatewayAccount, 'imap' | 'pop' | 'smtp'>

/** A gateway whose grant gives this token and no other. */
export async function gatewayWith(
  token: AccessToken,
  servers: Servers,
  more: { mailbox?: string; ca?: string; timeout?: number } = {},
) {
  const { mailbox = alice, ca, timeout } = more
  const events: GatewayEvent[] = []
  const programs = [{ name: 'test', hash: await hashProgramPassword(password) }]
  const source = { token: async () => token }
  const gateway = await startMailGateway({
    listeners: [{ protocol: 'imap' }, { protocol: 'pop' }, { protocol: 'smtp' }],
    account: () => ({ mailbox, ...servers, source, programs }),
    upstream: { ca, timeout },
    onEvent: (event) => void events.push(event),
  })
  const [imap = 0, pop = 0, smtp = 0] = gateway.ports
  return { events, imap, pop, smtp, source, [Symbol.asyncDispose]: () => gateway.close() }
}

/** A mail server that says these lines, one after each of the client's; the last again and again. */
export async function scripted(...answers: string[]) {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket.on('error', () => undefined))
    const left = [...answers]
    const say = (): void => void socket.write(left.length > 1 ? (left.shift() ?? '') : (left[0] ?? ''))
    say()
    let rest = ''
    socket.on('data', (data) => {
      rest += data
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        rest = rest.slice(end + 2)
        say()
      }
    })
  })
  server.listen(0, host)
  await once(server, 'listening')
  return {
    at: { host, port: (server.address() as AddressInfo).port, security: 'none' } as const,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}

export const token: AccessToken = { access_token: 'a-token-of-nobody', token_type: 'Bearer', raw: {} }
