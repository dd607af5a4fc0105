import type { Habits } from '@evergrant/sandbox'

/** An error answer as the token endpoints of v1.0 and v2.0 write it. */
export function aadsts(
  code: number,
  error: string,
  words: string,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const trace = 'Trace ID: 0000aaaa-11bb-cccc-dd22-eeeeee333333 Correlation ID: aaaa0000-bb11-2222-33cc-444444dddddd'
  return {
    error,
    error_description: `AADSTS${code}: ${words} ${trace} Timestamp: 2026-01-09 02:02:12Z`,
    error_codes: [code],
    timestamp: '2026-01-09 02:02:12Z',
    trace_id: '0000aaaa-11bb-cccc-dd22-eeeeee333333',
    correlation_id: 'aaaa0000-bb11-2222-33cc-444444dddddd',
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    ...more,
  }
}

/** How Entra refuses what the sandbox refuses. */
export const microsoftHabits: Habits = {
  refusals: [
    {
      when: '^invalid_client: There is no client',
      status: 400,
      fields: aadsts(700016, 'unauthorized_client', "Application with identifier 'x' was not found in the directory."),
    },
    {
      when: '^invalid_client: This client is confidential',
      status: 401,
      fields: aadsts(7000218, 'invalid_client', "The request body must contain 'client_assertion' or 'client_secret'."),
    },
    {
      when: '^invalid_client: The client secret is wrong',
      status: 401,
      fields: aadsts(7000215, 'invalid_client', 'Invalid client secret provided.'),
    },
    {
      when: '^invalid_client: This client is registered as public',
      status: 401,
      fields: aadsts(700025, 'invalid_client', 'Client is public so no secret should be presented.'),
    },
    {
      when: '^invalid_grant: The authorization code was used before',
      fields: aadsts(54005, 'invalid_grant', 'OAuth2 Authorization code was already redeemed.'),
    },
    {
      when: '^invalid_grant: The redirect_uri',
      fields: aadsts(50011, 'invalid_grant', 'The redirect URI does not match.'),
    },
    {
      when: '^invalid_grant: The authorization code',
      fields: aadsts(70000, 'invalid_grant', 'The provided value for the code is not valid.'),
    },
    {
      when: '^invalid_grant',
      fields: aadsts(700082, 'invalid_grant', 'The refresh token has expired due to inactivity.'),
    },
    {
      when: '^access_denied',
      fields: { error: 'access_denied', error_description: 'AADSTS65004: User declined to consent to access the app.' },
    },
  ],
}
