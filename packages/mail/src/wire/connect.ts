import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type MailServer, secured } from '../discovery/mail-server.ts'
import { tlsName, Wire, wireError } from './wire.ts'

/** How to get to a mail server. */
export interface MailConnecting {
  /** Certificates in PEM that are trusted instead of the well-known authorities. */
  readonly ca?: string | undefined
  /** Seconds that a server may be silent while it is waited for. Default 30. */
  readonly timeout?: number | undefined
}

export const serverName = ({ host, port }: MailServer): string => `${host}:${port}`

/** Connects, with TLS when it begins with the connection. */
export async function connectMail(server: MailServer, { ca, timeout = 30 }: MailConnecting = {}): Promise<Wire> {
  const { host, port, security } = secured(server)
  const tls = security === 'tls'
  const socket: Socket = tls
    ? connectTls({ port, ...tlsName(host), ...(ca === undefined ? {} : { ca }) })
    : connectTcp({ host, port })
  socket.setNoDelay(true)
  try {
    await once(socket, tls ? 'secureConnect' : 'connect', { signal: AbortSignal.timeout(timeout * 1000) })
    return new Wire(socket, timeout)
  } catch (error) {
    socket.on('error', () => undefined).destroy()
    throw wireError(error, serverName(server))
  }
}
