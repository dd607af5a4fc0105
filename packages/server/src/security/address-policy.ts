import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { isLoopback, isOAuthError, OAuthError } from '@evergrant/core'

/** Addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly string[]>

/** Which providers the server may send requests to. */
export interface AddressPolicy {
  /** Providers on this machine: for a server that only this machine reaches. */
  readonly loopback: boolean
  /** Addresses, ranges (`10.1.0.0/16`) and host names inside of the own network that are allowed; `all` of them. */
  readonly allowed: 'all' | readonly string[]
  /** Default: the machine's resolver. */
  readonly resolve?: Resolve | undefined
}

/** IANA special-purpose registries (RFC 6890): what is not the public internet. */
const SPECIAL = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/32',
  '2001:db8::/32',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]

/**
 * A `fetch` that refuses addresses inside of the own network, by number and by name: a name counts as all the addresses
 * that it resolves to. Whoever may make a connection could otherwise have the server ask its neighbours.
 *
 * A name could resolve to something else a moment later: `pinnedFetch` holds what is connected to to the same policy.
 *
 * Throws `PRIVATE_ADDRESS`, before anything is sent.
 */
export function guardedFetch(fetching: typeof fetch, policy: AddressPolicy): typeof fetch {
  return async (input, init) => {
    await assertReachable(input instanceof Request ? input.url : String(input), policy)
    try {
      return await fetching(input, init)
    } catch (error) {
      // A refusal at the moment of connecting comes wrapped as a network failure.
      const refused = error instanceof Error ? error.cause : undefined
      throw isOAuthError(refused) && refused.code === 'PRIVATE_ADDRESS' ? refused : error
    }
  }
}

/**
 * The same policy for whoever does not administer the server: public addresses, and those that the operator allowed one by one. A range, or
 * this machine, would let them look which of its ports answer.
 */
export function confined({ allowed, resolve }: AddressPolicy): AddressPolicy {
  return { loopback: false, allowed: allowed === 'all' ? [] : allowed.filter((one) => !one.includes('/')), resolve }
}

/**
 * Refuses a host for whoever the policy was confined for. What its name resolves to inside of the own network, and whether it does, is not
 * told. Throws `PRIVATE_ADDRESS`.
 */
export async function assertPublicHost(host: string, policy: AddressPolicy): Promise<void> {
  const refusal = (cause?: unknown): OAuthError =>
    new OAuthError('PRIVATE_ADDRESS', `${host} is no public address that this server finds.`, {
      outcome: 'not_sent',
      ...(cause === undefined ? {} : { cause }),
    })
  const name = host.replace(/\.$/, '').toLowerCase()
  if (named(name, policy)) return
  const found = isIP(name) === 0 ? await resolvedBy(policy, name).catch(() => []) : [name]
  if (found.length === 0) throw refusal()
  try {
    assertResolved(name, found, policy)
  } catch (cause) {
    throw refusal(cause)
  }
}

/** Refuses an address that is private as it stands, without asking a resolver. Throws `PRIVATE_ADDRESS`. */
export function assertPublicAddress(address: string, policy: AddressPolicy): void {
  if (!URL.canParse(address)) return
  const host = hostOf(address)
  if (named(host, policy)) return
  if (isIP(host) !== 0) assertNumber(host, host, policy)
  else if (isLoopback(host) || host.endsWith('.localhost')) assertNumber(host, '127.0.0.1', policy)
}

/** Refuses an address that is private as it stands or by what its name resolves to. Throws `PRIVATE_ADDRESS`. */
export async function assertReachable(address: string, policy: AddressPolicy): Promise<void> {
  assertPublicAddress(address, policy)
  const host = hostOf(address)
  if (isIP(host) !== 0 || isLoopback(host) || named(host, policy)) return
  let found: readonly string[]
  try {
    found = await resolvedBy(policy, host)
  } catch {
    // A name that cannot be resolved cannot be asked either; the request says it in its own words.
    return
  }
  assertResolved(host, found, policy)
}

/** Refuses a name for any of the addresses that it resolved to. Throws `PRIVATE_ADDRESS`. */
export function assertResolved(hostname: string, found: readonly string[], policy: AddressPolicy): void {
  const host = hostname.replace(/\.$/, '').toLowerCase()
  if (named(host, policy)) return
  for (const number of found) assertNumber(host, number, policy)
}

/** The addresses of a name, by the policy's resolver. */
export async function resolvedBy({ resolve }: AddressPolicy, hostname: string): Promise<readonly string[]> {
  return resolve?.(hostname) ?? (await lookup(hostname, { all: true })).map(({ address }) => address)
}

function hostOf(address: string): string {
  return new URL(address).hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
}

function named(host: string, { allowed }: AddressPolicy): boolean {
  return allowed === 'all' || allowed.includes(host)
}

function assertNumber(host: string, number: string, { loopback, allowed }: AddressPolicy): void {
  const inner = embedded(number)
  if (!within(SPECIAL, inner)) return
  if (loopback && within(['127.0.0.0/8', '::1/128'], inner)) return
  if (allowed === 'all' || within(allowed.filter(isRange), inner)) return
  const where = host === number ? host : `${host} (${number})`
  const message = `${where} is inside of the server's own network.`
  throw new OAuthError('PRIVATE_ADDRESS', message, { outcome: 'not_sent' })
}

/**
 * The IPv4 address in an IPv6 one that stands for it: compatible and mapped (RFC 4291 §2.5.5), translated (RFC 6052 §2.1)
 * and 6to4 (RFC 3056 §2).
 */
function embedded(number: string): string {
  if (isIP(number) !== 6) return number
  const text = new URL(`http://[${number.replace(/%.*$/, '')}]`).hostname.slice(1, -1)
  const parts = groups(text)
  const begins = (...prefix: readonly number[]): boolean => prefix.every((part, index) => parts[index] === part)
  const inside = begins(0x2002)
    ? parts.slice(1, 3)
    : begins(0, 0, 0, 0, 0, 0xffff) || begins(0x64, 0xff9b, 0, 0, 0, 0) || begins(0, 0, 0, 0, 0, 0)
      ? parts.slice(6)
      : []
  // The unspecified address and loopback are addresses of their own.
  if (inside.length === 0 || text === '::' || text === '::1') return text
  return inside.flatMap((part) => [part >> 8, part & 255]).join('.')
}

/** The eight groups of an IPv6 address, as the URL parser writes it: no dots, one gap at most. */
function groups(text: string): readonly number[] {
  const [head = [], tail = []] = text
    .split('::')
    .map((side) => side.split(':').flatMap((group) => (group === '' ? [] : [Number.parseInt(group, 16)])))
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

/** Whether a text is an address or a range of them. */
export function isRange(text: string): boolean {
  const [number = '', bits, ...more] = text.split('/')
  const family = isIP(number)
  if (family === 0 || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

function within(ranges: readonly string[], number: string): boolean {
  const family = isIP(number)
  if (family === 0) return false
  const list = new BlockList()
  for (const range of ranges) {
    const [start = '', bits] = range.split('/')
    const type = isIP(start) === 6 ? 'ipv6' : 'ipv4'
    if ((type === 'ipv6') !== (family === 6)) continue
    list.addSubnet(start, bits === undefined ? (type === 'ipv6' ? 128 : 32) : Number(bits), type)
  }
  return list.check(number, family === 6 ? 'ipv6' : 'ipv4')
}
