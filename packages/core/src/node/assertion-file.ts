import { readFile } from 'node:fs/promises'

/**
 * Reads a client assertion from a file, anew for every request: platforms replace it before it ends (federated
 * workload identity). A file that cannot be read fails the request with `CREDENTIAL_UNAVAILABLE`.
 *
 * @example
 * ```ts
 * import { ClientAssertion, defineClient, type Provider } from '@evergrant/core'
 * import { assertionFile } from '@evergrant/core/node'
 *
 * const client = (provider: Provider, path: string) =>
 *   defineClient({ provider, client_id: 'my-program', client_auth: ClientAssertion(assertionFile(path)) })
 * ```
 */
export function assertionFile(path: string): () => Promise<string> {
  return () => readFile(path, 'utf8')
}
