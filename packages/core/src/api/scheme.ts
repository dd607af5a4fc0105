import type { Attachment } from '../adapters/attachment.ts'
import type { FetchMiddleware } from '../http/middleware.ts'

/** One way to authenticate requests to an API: a security scheme together with its credentials. */
export interface Scheme {
  /** What it lacks to be used at all, as words after its name. Known without any request. */
  readonly lacks?: string | undefined
  /**
   * Gets ready to send one request: a scheme that needs a token fetches it here. Rejects when it cannot be used now;
   * nothing was sent to the API then.
   */
  ready(signal?: AbortSignal): Promise<FetchMiddleware>
  /**
   * What `ready` would do, for a scheme that sets headers and does nothing else: undefined when something has to be
   * waited for. A call is cheaper by it, because no request is copied. Of answers it hears those with 401 and 403.
   */
  attachment?(signal?: AbortSignal): Attachment | undefined
}

/** A scheme with credentials that can be exchanged for others. */
export interface CredentialScheme<Credentials> extends Scheme {
  /** The same scheme with changed credentials: what is absent stays, `undefined` clears. This one stays as it is. */
  cloneWith(
    changes: { readonly [Name in keyof Credentials]?: Credentials[Name] | undefined },
  ): CredentialScheme<Credentials>
}
