import { isOAuthError } from '@evergrant/core'
import { type ProxyFetch, proxyFetch } from '@evergrant/core/node'
import type { AddressPolicy } from './address-policy.ts'
import { pinnedLookup } from './pinned-lookup.ts'

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
