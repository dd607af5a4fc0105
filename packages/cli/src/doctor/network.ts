import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { WHO } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import { slow } from '../slow.ts'
import { type Check, check } from './check.ts'

/** The distinct hosts of some addresses. */
export function origins(addresses: readonly (string | undefined)[]): URL[] {
  const found = new Map<string, URL>()
  for (const address of addresses) {
    if (address === undefined || !URL.canParse(address)) continue
    const url = new URL(address)
    found.set(url.origin, url)
  }
  return [...found.values()]
}

/** Name, connection and certificate of one host. Speaks no HTTP. */
export function network(url: URL, invocation: Pick<Invocation, 'terminal' | 'clock'>): Promise<Check> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const secure = url.protocol === 'https:'
  const port = Number(url.port || (secure ? 443 : 80))
  return check(`network ${url.host}`, `Network, ${url.host}`, async () => {
    let address: string
    try {
      address = (await lookup(host)).address
    } catch {
      return {
        result: 'fail',
        detail: `The name ${host} does not resolve.`,
        who: WHO.operator,
        advice: 'Check the spelling of the address, then DNS.',
      }
    }
    const there = await slow(`${url.host} to connect`, invocation, () => handshake(host, port, secure))
    if ('why' in there) {
      return {
        result: 'fail',
        detail: `${host} port ${port} could not be connected to: ${there.why}`,
        who: WHO.operator,
        advice:
          'Check the address and its port, whether a server runs there, and what firewall or proxy is in between.',
      }
    }
    const { validTo } = there
    if (validTo === undefined) return { result: 'ok', detail: `${address} port ${port}, plain http on this machine` }
    const days = Math.floor((validTo / 1000 - invocation.clock.now()) / 86_400)
    const detail = `${address} port ${port}, certificate valid for ${days} more days`
    if (days >= 14) return { result: 'ok', detail }
    return { result: 'warn', detail, who: 'the provider', advice: 'Its certificate ends soon.' }
  })
}

/** Connects, with TLS when it should be secure, and closes again. A certificate that is not trusted is a reason too. */
async function handshake(
  host: string,
  port: number,
  secure: boolean,
): Promise<{ readonly validTo: number | undefined } | { readonly why: string }> {
  const socket = secure ? connectTls({ host, port, servername: host }) : connect({ host, port })
  socket.setTimeout(10_000, () => socket.destroy(new Error(`no answer from ${host} port ${port} within 10 seconds`)))
  try {
    await once(socket, secure ? 'secureConnect' : 'connect')
    if (!('getPeerCertificate' in socket)) return { validTo: undefined }
    return { validTo: Date.parse(socket.getPeerCertificate().valid_to) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { why: why || 'no address answered' }
  } finally {
    socket.destroy()
  }
}
