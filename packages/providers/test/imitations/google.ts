import type { Habits } from '@evergrant/sandbox'

const says = (when: string, error: string, error_description: string, status = 400) => ({
  when,
  status,
  fields: { error, error_description },
})

/** How Google's token endpoint refuses what the sandbox refuses. */
export const googleHabits: Habits = {
  offline: { access_type: 'offline', prompt: 'consent' },
  refusals: [
    says(
      '^unauthorized_client: This account may not act for people',
      'unauthorized_client',
      'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
      401,
    ),
    says('^invalid_grant: The person that the assertion is about', 'invalid_grant', 'Invalid email or User ID'),
    says('^invalid_grant: There is no account that signs', 'invalid_grant', 'Invalid grant: account not found'),
    says('^invalid_grant: The (assertion is not signed|account has no key)', 'invalid_grant', 'Invalid JWT Signature.'),
    says(
      '^invalid_grant: The times of the assertion',
      'invalid_grant',
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
    ),
    says(
      '^invalid_grant: The assertion is meant for somebody else',
      'invalid_grant',
      'Invalid JWT: Failed audience check.',
    ),
    says('^invalid_grant: The authorization code', 'invalid_grant', 'Malformed auth code.'),
    says('^invalid_grant', 'invalid_grant', 'Token has been expired or revoked.'),
    says('^invalid_client: There is no client', 'invalid_client', 'The OAuth client was not found.', 401),
    says('^invalid_client', 'invalid_client', 'Unauthorized', 401),
  ],
}
