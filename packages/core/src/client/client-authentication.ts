import { OAuthError } from '../errors.ts'
import type { ClientAuthMethod, ProviderDefinition } from '../provider/definition.ts'
import { type ClientAuthentication, secretAuthentication } from './authentication.ts'
import { ClientSecretJwt } from './client-secret-jwt.ts'
import { PrivateKeyJwt } from './private-key-jwt.ts'
import { SignedClientSecret } from './signed-client-secret.ts'
import { type SigningKeyDetails, signingKeyFromPem } from './signing-key.ts'
import { TlsClientAuth } from './tls-client-auth.ts'

/**
 * Chooses the authentication from settings, every method by its name: the given one, else the provider's default, else
 * post with a secret and none without one. For `private_key_jwt` the secret is the private key in PEM, with or without
 * its certificate; `details` say what the provider knows it by.
 *
 * Throws `SECRET_FOR_PUBLIC_CLIENT` when a secret comes with a method that sends none, and `MISSING_CLIENT_SECRET` when
 * a method that needs one comes without. A damaged key fails the first request with `INVALID_KEY`.
 */
export function clientAuthentication(
  provider: Pick<ProviderDefinition, 'id' | 'name' | 'client_auth'>,
  secret?: string,
  method?: ClientAuthMethod,
  details?: SigningKeyDetails,
): ClientAuthentication {
  const chosen = method ?? (secret === undefined || secret === '' ? undefined : provider.client_auth?.find(sendsSecret))
  if (chosen === 'tls_client_auth' || chosen === 'self_signed_tls_client_auth') {
    if (!secret) return TlsClientAuth(chosen)
    const message = `${provider.name}: with ${chosen} the certificate of the connection proves the client; a secret was given too.`
    throw new OAuthError('SECRET_FOR_PUBLIC_CLIENT', message, { provider: provider.id })
  }
  if (secret && chosen === 'client_secret_jwt') return ClientSecretJwt(secret)
  if (secret && chosen === 'client_secret_signed') return SignedClientSecret(() => signingKeyFromPem(secret, details))
  if (secret && chosen === 'private_key_jwt') return PrivateKeyJwt(() => signingKeyFromPem(secret, details))
  return secretAuthentication(provider, secret, method)
}

function sendsSecret(method: ClientAuthMethod): boolean {
  return !method.startsWith('none') && !method.endsWith('tls_client_auth')
}
