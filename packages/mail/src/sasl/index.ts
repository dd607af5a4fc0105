/**
 * SASL with access tokens, as pure functions: what a mail client sends to sign in with OAuth 2.0, and what the server
 * answers. Runs on any Web-standard runtime.
 *
 * @module
 */
export { readChallenge, type SaslFailure } from './challenge.ts'
export {
  chooseMechanism,
  type MailProtocol,
  type SaslExchange,
  type SaslLogin,
  type SaslMechanism,
  saslExchange,
  saslLines,
} from './exchange.ts'
export { oauthBearer, type SaslServer } from './oauthbearer.ts'
export { xoauth2 } from './xoauth2.ts'
