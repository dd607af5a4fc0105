import type { LookupFunction } from 'node:net'
import { isOAuthError } from '@evergrant/core'
import { type ProxyFetch, proxyFetch } from '@evergrant/core/node'
import { type AddressPolicy, assertResolved, resolvedBy } from './address-policy.ts'

/** Never asked through a proxy: they are this machine. */
const HERE = ['localhost', '127.0.0.1', '[::1]']

/**
 * A `fetch` that connects to addresses that the policy allows and to no others: a name is held to it at the moment it is
 * connected to, so that one which resolves to something else a moment later passes neither. Through a proxy (HTTP_PROXY,
 * HTTPS_PROXY) it is the proxy that resolves; then what was looked up before counts. `noProxy`: the variable NO_PROXY.
 *
 * Undefined when the package `undici` is not installed. Close it when the server stops.
 */
export async function pinnedFetch(policy: AddressPolicy, noProxy = ''): Promise<ProxyFetch | undefined> {
  const except = noProxy
    .split(/[\s,]+/)
    .filter((one) => one !== '')
    .concat(HERE)
  try {
    return await proxyFetch({ lookup: pinnedLookup(policy), noProxy: except })
  } catch (error) {
    if (isOAuthError(error) && error.code === 'NOT_SUPPORTED') return undefined
    throw error
  }
}

/** Resolves for a connection, and refuses the name when any of its addresses is refused. */
function pinnedLookup(policy: AddressPolicy): LookupFunction {
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
