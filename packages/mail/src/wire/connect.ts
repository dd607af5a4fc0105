import { once } from 'node:events'
import { connect as connectTcp, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type MailServer, secured } from '../discovery/mail-server.ts'
import { connectionFailure } from './connection-failure.ts'
import { tlsName, Wire } from './wire.ts'

/** How to get to a mail server. */
export interface MailConnecting {
  /** Certificates in PEM that are trusted instead of the well-known authorities. */
  readonly ca?: string | undefined
  /** Seconds that a server may be silent while it is waited for. Default 30. */
  readonly timeout?: number | undefined
  /**
   * Resolves a host's name at the moment of connecting, as `lookup` of `node:net`; what it fails with is what the connection
   * fails with. It is not asked for addresses. Default: the machine's resolver.
   */
  readonly lookup?: LookupFunction | undefined
}

/** Connects, with TLS when it begins with the connection. */
export async function connectMail(server: MailServer, connecting: MailConnecting = {}): Promise<Wire> {
  const { timeout = 30 } = connecting
  return new Wire(await connectSocket(secured(server), connecting, server.security === 'tls'), timeout)
}

/** The bare connection; with `tls`, TLS from its first octet. */
export async function connectSocket(
  server: MailServer,
  { ca, timeout = 30, lookup }: MailConnecting,
  tls: boolean,
): Promise<Socket> {
  const { host, port } = server
  const way = { port, ...(lookup === undefined ? {} : { lookup }) }
  const socket: Socket = tls
    ? connectTls({ ...way, ...tlsName(host), ...(ca === undefined ? {} : { ca }) })
    : connectTcp({ ...way, host })
  socket.setNoDelay(true)
  try {
    await once(socket, tls ? 'secureConnect' : 'connect', { signal: AbortSignal.timeout(timeout * 1000) })
    return socket
  } catch (error) {
    socket.on('error', () => undefined).destroy()
    throw connectionFailure(error, server)
  }
}
