import { type AdminConsentOptions, adminConsentUrl, type Client, isOAuthError, OAuthError } from '@evergrant/core'

/** An administrator has to approve the app; nobody has approved what was asked for. */
const NEEDS_APPROVAL = /AADSTS(?:90094|90095|90008|65001)\b/

/**
 * What `work` resolves to. When Microsoft wants an administrator's approval, the error's advice and `link` have the
 * address that the administrator opens.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export async function withAdminConsentLink<T>(
  client: Client,
  asked: AdminConsentOptions,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const needs = isOAuthError(error) && NEEDS_APPROVAL.test(`${error.message} ${error.error_description ?? ''}`)
    if (!needs || client.provider.admin_consent_endpoint === undefined) throw error
    const link = adminConsentUrl(client, asked)
    const guidance = { class: error.class, who: error.who, advice: `${error.advice} The link: ${link}`, link }
    throw new OAuthError(error.code, error.message, { ...error, cause: error, guidance })
  }
}
