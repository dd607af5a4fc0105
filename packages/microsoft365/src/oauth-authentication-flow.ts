import type { ClientAuthentication } from '@evergrant/core'
import { Account } from './account.ts'
import type { AccountOptions, AuthenticateOptions } from './account-options.ts'

/** What {@link oauthAuthenticationFlow} takes beside the credentials: who asks the person, and what an account takes. */
export interface AuthenticationFlowOptions
  extends Omit<AccountOptions, 'authFlowType' | 'password'>,
    Required<Pick<AuthenticateOptions, 'handleConsent'>>,
    Pick<AuthenticateOptions, 'redirectUri' | 'params' | 'storeToken'> {}

/**
 * Consent in one call, for the script that is run once before others use the store. Resolves to the account when somebody
 * consented, and to undefined when nobody did. Without a secret it is a public client.
 *
 * Throws what the constructor of {@link Account} and `authenticate` throw.
 *
 * @example
 * ```ts
 * import { consoleConsent } from '@evergrant/core'
 * import { terminalDialog } from '@evergrant/core/node'
 * import { oauthAuthenticationFlow } from '@evergrant/microsoft365'
 * import { fileSystemTokenBackend } from '@evergrant/stores/o365'
 *
 * await oauthAuthenticationFlow('your_client_id', 'your_client_secret', ['basic', 'message_all'], {
 *   handleConsent: consoleConsent(terminalDialog(process.stdin, process.stderr)),
 *   store: fileSystemTokenBackend(),
 * })
 * ```
 */
export async function oauthAuthenticationFlow(
  clientId: string,
  clientSecret: string | ClientAuthentication | undefined,
  scopes: string | readonly string[],
  { handleConsent, redirectUri, params, storeToken, ...options }: AuthenticationFlowOptions,
): Promise<Account | undefined> {
  const account =
    clientSecret === undefined
      ? new Account(clientId, { ...options, authFlowType: 'public' })
      : new Account([clientId, clientSecret], options)
  const hasConsented = await account.authenticate({
    requestedScopes: scopes,
    handleConsent,
    redirectUri,
    params,
    storeToken,
  })
  return hasConsented ? account : undefined
}
