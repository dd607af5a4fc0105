import type { LookupFunction } from 'node:net'
import { isLoopback } from '@evergrant/core'
import type { Deps } from '../deps.ts'
import { type AddressPolicy, assertPublicAddress, assertReachable, guardedFetch } from './address-policy.ts'
import { pinnedLookup } from './pinned-lookup.ts'

/** How far requests of this server go: to addresses that the operator allows. */
export class Reach {
  readonly #deps: Pick<Deps, 'addresses' | 'fetch' | 'publicUrl'>

  constructor(deps: Pick<Deps, 'addresses' | 'fetch' | 'publicUrl'>) {
    this.#deps = deps
  }

  get policy(): AddressPolicy {
    const { addresses, publicUrl } = this.#deps
    return addresses ?? { loopback: isLoopback(new URL(publicUrl).hostname), allowed: [] }
  }

  /** The given fetch, or the global one as it is at that moment; refuses other addresses with `PRIVATE_ADDRESS`. */
  get fetch(): typeof fetch {
    return guardedFetch(this.#deps.fetch ?? ((input, init) => fetch(input, init)), this.policy)
  }

  /** Resolves names of mail servers, at the moment of connecting, to addresses that are allowed. */
  get mailLookup(): LookupFunction {
    return pinnedLookup(this.policy)
  }

  /** Throws `PRIVATE_ADDRESS` for an address that is not allowed, as it stands. */
  assertPublic(address: string): void {
    assertPublicAddress(address, this.policy)
  }

  /** Throws `PRIVATE_ADDRESS` for a mail server that is where the operator allows none. */
  assertMailHost(host: string): Promise<void> {
    return assertReachable(`https://${host}`, this.policy)
  }
}
