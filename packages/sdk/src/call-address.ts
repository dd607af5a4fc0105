import { OAuthError } from '@evergrant/core'
import type { ClientOptions } from './configuration.ts'
import type { ApiDescription } from './description/api-description.ts'
import { serverAddress } from './description/server.ts'
import { own } from './own.ts'

/** What decides where a call goes. */
export type Addressing = Pick<ClientOptions, 'baseUrl' | 'server' | 'variables'>

/**
 * The address that calls of an operation begin with; `''` stands for one without servers of its own. Throws `INVALID_ARGUMENT`
 * when there is none, or none that is whole.
 */
export function callAddress(
  { baseUrl, server, variables }: Addressing,
  api: ApiDescription,
  operation: string,
): string {
  if (baseUrl !== undefined) return baseUrl
  const servers = server === undefined ? own(api.operations, operation)?.servers : undefined
  const chosen =
    servers?.[0] ?? api.servers.find(({ name }, index) => name === (server ?? api.servers[0]?.name) || index === server)
  if (chosen === undefined) {
    const names = api.servers.map(({ name }) => name).join(', ') || 'none'
    const what = server === undefined ? 'The document names no server' : `There is no server "${server}"`
    throw new OAuthError('INVALID_ARGUMENT', `${what}; there are: ${names}. Or give a baseUrl.`, {
      outcome: 'not_sent',
    })
  }
  const address = serverAddress(chosen, variables)
  if (URL.canParse(address)) return address
  const message = `The server's address "${address}" is relative: give a baseUrl.`
  throw new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
}

/** The origin of that address; undefined where it cannot be told. */
export function callOrigin(options: Addressing, api: ApiDescription, operation = ''): string | undefined {
  try {
    return new URL(callAddress(options, api, operation)).origin
  } catch {
    return undefined
  }
}
