import * as oauth from 'oauth4webapi'
import type { ClientAuthentication } from './authentication.ts'

/**
 * The certificate of the TLS connection proves who the client is (RFC 8705 §2): only the client id is sent, and the
 * provider's `mtls_endpoint_aliases` are used. Give the client an `http.fetch` that presents the certificate, such as
 * `certificateFetch` of `@evergrant/core/node`.
 */
export function TlsClientAuth(
  kind: 'tls_client_auth' | 'self_signed_tls_client_auth' = 'tls_client_auth',
): ClientAuthentication {
  return { method: kind, secret: undefined, apply: oauth.TlsClientAuth() }
}
