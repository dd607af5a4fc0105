import { isLoopback, type Provider } from '@evergrant/core'
import type { Kysely } from 'kysely'
import { readMeta } from '../db/meta.ts'
import type { Tables } from '../db/tables.ts'

/** Who serves the sandbox of this database; one row, changed by compare-and-swap. */
export const SANDBOX_SERVER = 'sandbox_server'

/** The issuers of the built-in practice provider of this installation: the present one and those that it had before. */
export async function practiceIssuers(db: Kysely<Tables>): Promise<readonly string[]> {
  const row = await readMeta(db, SANDBOX_SERVER)
  if (row === undefined) return []
  const { issuer, former } = JSON.parse(row) as { readonly issuer: string; readonly former: readonly string[] }
  return [issuer, ...former]
}

/**
 * Whether any of these addresses is the practice provider's. Anybody can be anybody there, without a password: what it says about a
 * person proves nothing.
 */
export function isPractice(issuers: readonly string[], addresses: readonly string[]): boolean {
  const known = issuers.map(place)
  return addresses.some((address) => {
    const asked = place(address)
    return known.some((one) => asked === one || asked.startsWith(`${one}/`))
  })
}

/** The addresses of a provider, as it was resolved. */
export function addressesOf(provider: Provider): string[] {
  return Object.entries(provider).flatMap(([field, address]) =>
    /^issuer$|_endpoint$|^jwks_uri$/.test(field) && typeof address === 'string' ? [address] : [],
  )
}

/** This machine has several names. */
function place(address: string): string {
  if (!URL.canParse(address)) return address
  const { protocol, hostname, port, pathname } = new URL(address)
  return `${protocol}//${isLoopback(hostname.replace(/^\[|\]$/g, '')) ? 'loopback' : hostname}:${port}${pathname.replace(/\/+$/, '')}`
}
