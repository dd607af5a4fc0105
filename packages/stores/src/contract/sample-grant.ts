import { accessToken, type Grant, grant } from '@evergrant/core'

/** A grant of the least that a grant is, with changes. */
export function sampleGrant(id: string, change: Partial<Grant> = {}): Grant {
  return grant({
    id,
    provider: 'acme',
    client: 'my-program',
    access: {},
    standing: { state: 'active', since: 1_700_000_000 },
    updated_at: 1_700_000_000,
    version: 0,
    ...change,
  })
}

/** A grant that has every field, in every form that JSON and Unicode allow, with tokens of so many characters. */
export function fullGrant(id: string, length = 102_400): Grant {
  const long = (letter: string): string => `secret-${letter.repeat(length)}`
  return sampleGrant(id, {
    subject: { iss: 'https://login.acme.example', sub: '→ 00u1', username: 'zoë@例え.example' },
    given_by: { issuer: 'https://login.acme.example', token_endpoint: 'https://login.acme.example/token' },
    refresh_token: long('r'),
    requested_scope: 'openid mail.read "quoted" \\ back',
    granted_scope: 'openid',
    access: {
      '': accessToken({
        access_token: long('a'),
        token_type: 'Bearer',
        scope: 'openid',
        expires_at: 1_700_003_600.25,
        refresh_at: 1_700_002_900.5,
        id_token: 'secret-identity',
        raw: { text: 'naïve 😀 \u0000 \u2028 \ud800', list: [1, null, { deep: true }], number: 1e-7, off: false },
      }),
      'https://api.acme.example mail.read': accessToken({ access_token: 'secret-other', token_type: 'DPoP', raw: {} }),
    },
    standing: {
      state: 'failing',
      since: 1_700_000_001.125,
      failures: 3,
      next_attempt: 1_700_000_100,
      trouble: { code: 'PROVIDER_UNAVAILABLE', message: 'It said "503"\n', error: 'x', error_description: 'y' },
    },
    spending: { since: 1_700_000_002, by: 'b0b' },
    in_doubt: 1_700_000_003,
    look_up_failed: { at: 1_700_000_004.5, trouble: { code: 'ACCESS_DENIED', message: 'No' } },
    sealed: long('s'),
  })
}

/** The grant as plain JSON, to compare all of it. */
export function plain(of: Grant | undefined): unknown {
  return of === undefined ? undefined : JSON.parse(JSON.stringify(of))
}
