import { OAuthError } from '@evergrant/core'
import type { BasicCredentials, KeyCredentials } from '@evergrant/core/api'
import { basicScheme, bearerScheme, keyScheme, type Scheme } from '@evergrant/core/api'
import type { SchemeDescription } from '../description/api-description.ts'
import type { SchemeContext } from './authorization-server.ts'
import type { BearerCredentials, CertificateCredentials, Credentials, OAuthCredentials } from './credentials.ts'
import type { FlowManagers } from './managers.ts'
import { oauthManager } from './oauth-manager.ts'

/** A scheme with its credentials, and what a program does with it. */
export interface ConfiguredScheme {
  readonly scheme: Scheme
  /** OAuth 2.0 and OpenID Connect have one. */
  readonly manager?: FlowManagers[keyof FlowManagers] | undefined
}

/** Throws `NOT_SUPPORTED` for an HTTP scheme that needs one of your own. */
export function configuredScheme(
  description: SchemeDescription,
  credentials: Credentials,
  context: SchemeContext,
): ConfiguredScheme {
  if ('ready' in credentials) return { scheme: credentials }
  switch (description.type) {
    case 'oauth2':
    case 'openIdConnect':
      return oauthManager(description, credentials as OAuthCredentials, context)
    case 'apiKey':
      return { scheme: keyScheme(description.in, description.name, credentials as KeyCredentials) }
    case 'mutualTLS': {
      const { fetch } = credentials as CertificateCredentials
      const lacks = fetch === undefined ? 'has no fetch with a client certificate' : undefined
      return { scheme: { lacks, ready: async () => (request, next) => next(request) } }
    }
    case 'http': {
      if (description.scheme === 'basic') return { scheme: basicScheme(credentials as BasicCredentials) }
      if (description.scheme === 'bearer')
        return { scheme: bearerScheme({ value: (credentials as BearerCredentials).token }) }
      const message = `[${context.name}] The HTTP scheme "${description.scheme}" needs a customScheme() as its credentials.`
      throw new OAuthError('NOT_SUPPORTED', message, { outcome: 'not_sent' })
    }
  }
}
