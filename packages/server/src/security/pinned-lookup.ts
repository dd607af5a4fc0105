import type { LookupFunction } from 'node:net'
import { type AddressPolicy, assertResolved, resolvedBy } from './address-policy.ts'

/**
 * Resolves for a connection, and refuses the name when any of its addresses is refused, with `PRIVATE_ADDRESS`: what was
 * looked up before may be something else by then. An address that stands in the place of a name is not looked up: hold it to the
 * policy before.
 */
export function pinnedLookup(policy: AddressPolicy): LookupFunction {
  return (hostname, { all, family }, answer) => {
    resolvedBy(policy, hostname).then(
      (found) => {
        try {
          assertResolved(hostname, found, policy)
          const usable = found
            .map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
            .filter((one) => family === undefined || family === 0 || `${one.family}` === `${family}`.replace('IPv', ''))
          const [first] = usable
          if (first === undefined)
            throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' })
          if (all) answer(null, usable)
          else answer(null, first.address, first.family)
        } catch (error) {
          answer(error as NodeJS.ErrnoException, '')
        }
      },
      (error) => answer(error, ''),
    )
  }
}
