import { createHash, randomBytes } from 'node:crypto'
import { beginAuthorization, defineClient, resolveProvider } from '@evergrant/core'
import { CodeChallengeMethod, OAuth2Client } from 'google-auth-library'
import * as openid from 'openid-client'
import { type Contender, contest } from './contest.ts'
import { ratioTable } from './table.ts'

const authorization_endpoint = 'https://login.bench.example/authorize'
const token_endpoint = 'https://login.bench.example/token'
const redirect_uri = 'https://program.example/callback'
const scope = 'openid offline_access mail.read'

/** The address that a person is sent to, with state, nonce and PKCE S256. The floor is `URL` and `node:crypto`. */
export async function authorizationUrl(): Promise<string> {
  const rows = await contest({ module: import.meta.url, calls: 400, rounds: 40 })
  return ['## An authorization URL with PKCE', '', ratioTable('state, nonce and S256', 'CPU µs', rows)].join('\n')
}

/** The ways to make one. */
export function contestants(): Contender[] {
  const provider = resolveProvider({ id: 'bench', name: 'Bench', authorization_endpoint, token_endpoint })
  const client = defineClient({ provider, client_id: 'bench', client_secret: 'bench-secret' })
  const configuration = new openid.Configuration(
    { issuer: 'https://login.bench.example', authorization_endpoint, token_endpoint },
    'bench',
    'bench-secret',
  )
  const google = new OAuth2Client('bench', 'bench-secret', redirect_uri)
  return [
    { name: 'floor: `URL` and `node:crypto`', call: byHand },
    {
      name: '**evergrant** `beginAuthorization`',
      note: 'redirect URI and scope checked, pending record made',
      call: () => beginAuthorization(client, { grant: 'alice', redirect_uri, scope }),
    },
    {
      name: 'google-auth-library',
      note: 'no nonce',
      call: async () => {
        const { codeChallenge = '' } = await google.generateCodeVerifierAsync()
        const state = randomBytes(32).toString('base64url')
        const code_challenge_method = CodeChallengeMethod.S256
        return google.generateAuthUrl({ scope, state, code_challenge: codeChallenge, code_challenge_method })
      },
    },
    {
      name: 'openid-client',
      call: async () =>
        openid.buildAuthorizationUrl(configuration, {
          redirect_uri,
          scope,
          state: openid.randomState(),
          nonce: openid.randomNonce(),
          code_challenge: await openid.calculatePKCECodeChallenge(openid.randomPKCECodeVerifier()),
          code_challenge_method: 'S256',
        }),
    },
  ]
}

function byHand(): string {
  const random = (): string => randomBytes(32).toString('base64url')
  const url = new URL(authorization_endpoint)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: 'bench',
    redirect_uri,
    scope,
    state: random(),
    nonce: random(),
    code_challenge: createHash('sha256').update(random()).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()
  return url.href
}
