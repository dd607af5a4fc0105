/**
 * Flows that RFC 9700 §2.1.2 and §2.4 advise against and OAuth 2.1 drops, for systems that offer nothing else: the
 * password grant and the implicit grant. Nothing else of Evergrant imports them.
 */
export {
  type BegunImplicit,
  beginImplicitAuthorization,
  finishImplicitAuthorization,
  type ImplicitCallbackOptions,
  type ImplicitOptions,
  type ImplicitOutcome,
  type ImplicitResponseType,
  type PendingImplicit,
} from './implicit.ts'
export { authorizeWithPassword, type PasswordCredentials, type PasswordOptions, passwordFlow } from './password.ts'
