import { type ClientAuthentication, OAuthError, Redacted } from '@evergrant/core'

/**
 * How an account gets its tokens: `authorization` with a person and a client secret or certificate, `public` with a person
 * and neither, `credentials` on the program's own behalf, `password` with a person's name and password.
 */
export type AuthFlowType = 'authorization' | 'public' | 'credentials' | 'password'

/** The four flow types. */
export const authFlowTypes: readonly AuthFlowType[] = ['authorization', 'public', 'credentials', 'password']

/**
 * A registration's id, and its secret or another way to authenticate, such as `PrivateKeyJwt(key)` of a certificate. For
 * `public` and `password` the id alone.
 */
export type Credentials =
  | string
  | readonly [clientId: string]
  | readonly [clientId: string, secret: string | ClientAuthentication]

/** Credentials that were found to fit their flow. */
export interface CheckedCredentials {
  readonly clientId: string
  readonly secret: Redacted | undefined
  readonly authentication: ClientAuthentication | undefined
}

/**
 * Throws `INVALID_ARGUMENT` for an unknown flow, `MISSING_CLIENT_ID`, `MISSING_CLIENT_SECRET` and
 * `SECRET_FOR_PUBLIC_CLIENT`.
 */
export function checkedCredentials(given: Credentials, flow: AuthFlowType): CheckedCredentials {
  if (!authFlowTypes.includes(flow)) {
    const message = `There is no authFlowType "${flow}"; there are: ${authFlowTypes.join(', ')}.`
    throw new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
  }
  const [id, secret] = typeof given === 'string' ? [given] : given
  const clientId = (id ?? '').trim()
  const confidential = flow === 'authorization' || flow === 'credentials'
  const empty = secret === undefined || (typeof secret === 'string' && secret.trim() === '')
  if (clientId === '') {
    const both = confidential && empty ? 'The client id and the client secret are' : 'The client id is'
    throw new OAuthError('MISSING_CLIENT_ID', `${both} missing.`, { outcome: 'not_sent' })
  }
  if (confidential && empty) {
    const message = `authFlowType ${flow} needs a client secret or a certificate beside the client id; a public client has authFlowType public.`
    throw new OAuthError('MISSING_CLIENT_SECRET', message, { outcome: 'not_sent' })
  }
  if (!confidential && secret !== undefined) {
    const message = `authFlowType ${flow} is for public clients: give the client id alone, without a secret.`
    throw new OAuthError('SECRET_FOR_PUBLIC_CLIENT', message, { outcome: 'not_sent' })
  }
  return {
    clientId,
    secret: typeof secret === 'string' ? new Redacted(secret) : undefined,
    authentication: typeof secret === 'object' ? secret : undefined,
  }
}
