import {
  type ClientAuthentication,
  type ClientAuthMethod,
  clientAuthentication,
  PrivateKeyJwt,
  type Provider,
  TlsClientAuth,
} from '@evergrant/core'
import { certificateFetch } from '@evergrant/core/node'
import type { ClientKey } from './client-key.ts'
import { UsageError } from './usage-error.ts'

/** How the client proves itself, and the `fetch` that this needs. */
export interface ChosenAuthentication {
  readonly authentication: ClientAuthentication
  /** Presents the client's certificate; absent where none is presented. */
  readonly fetch?: typeof fetch
}

/** The words of `--client-auth`, as short as they can be. */
export const CLIENT_AUTH: Readonly<Record<string, ClientAuthMethod>> = {
  basic: 'client_secret_basic',
  basic_raw: 'client_secret_basic_raw',
  post: 'client_secret_post',
  client_secret_jwt: 'client_secret_jwt',
  private_key_jwt: 'private_key_jwt',
  tls_client_auth: 'tls_client_auth',
  self_signed_tls_client_auth: 'self_signed_tls_client_auth',
  none: 'none',
}

type KeyMethod = 'private_key_jwt' | 'tls_client_auth' | 'self_signed_tls_client_auth'

/** Whether a private key, and no secret, proves the client. */
export function isKeyMethod(method: ClientAuthMethod | undefined): method is KeyMethod {
  return method === 'private_key_jwt' || method === 'tls_client_auth' || method === 'self_signed_tls_client_auth'
}

/**
 * The authentication that was asked for, else the provider's usual one; with a key and nothing else said,
 * `private_key_jwt`. A key that cannot be used is refused here: `INVALID_KEY`.
 */
export async function chosenAuthentication(
  provider: Provider,
  method: ClientAuthMethod | undefined,
  secret: string | undefined,
  key: (() => Promise<ClientKey>) | undefined,
): Promise<ChosenAuthentication> {
  const chosen = method ?? (key === undefined ? undefined : 'private_key_jwt')
  if (!isKeyMethod(chosen)) {
    if (key !== undefined) {
      throw new UsageError(
        `A private key was given, but ${chosen} proves the client without one.`,
        'Leave the key out, or use --client-auth private_key_jwt or tls_client_auth.',
      )
    }
    return { authentication: clientAuthentication(provider, secret, chosen) }
  }
  if (secret !== undefined) {
    throw new UsageError(
      `A client secret was given, but with ${chosen} the key proves the client.`,
      'Leave the secret out, or use --client-auth client_secret_jwt, basic or post.',
    )
  }
  if (key === undefined) {
    throw new UsageError(
      `--client-auth ${chosen} needs the private key.`,
      `Give --client-key-file <path>${chosen === 'private_key_jwt' ? '' : ' and --client-cert-file <path>'}.`,
    )
  }
  const read = await key()
  if (chosen === 'private_key_jwt') return { authentication: PrivateKeyJwt(await read.signing()) }
  return { authentication: TlsClientAuth(chosen), fetch: certificateFetch(read.tls()) }
}
