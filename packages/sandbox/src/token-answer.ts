import { createHash } from 'node:crypto'
import { mayUse, type SandboxClient } from './clients.ts'
import type { Engine } from './engine.ts'
import { type Answer, jsonAnswer } from './http-answer.ts'
import { personClaims } from './person-claims.ts'
import type { RefreshFamily } from './refresh-families.ts'
import { scopeTokens } from './scope.ts'

interface TokenGrant {
  readonly client: SandboxClient
  readonly sub?: string | undefined
  readonly scope: string
  /** Of this one access token. */
  readonly resources: readonly string[]
  readonly authTime?: number | undefined
  readonly nonce?: string | undefined
}

/** The first tokens of a grant that a person gave. */
export function grantTokens(
  engine: Engine,
  grant: TokenGrant & { readonly sub: string; readonly authTime: number; readonly granted: readonly string[] },
  used: { family?: string | undefined; accessToken?: string | undefined } = {},
): Promise<Answer> {
  const { client, sub, scope, granted, authTime } = grant
  const wanted = engine.settings.alwaysRefreshToken || scopeTokens(scope).includes('offline_access')
  if (!wanted || !mayUse(client, 'refresh_token')) return tokenAnswer(engine, grant, undefined, undefined, used)
  const started = engine.families.start(
    { clientId: client.client_id, sub, scope, resources: granted, authTime },
    engine.clock.now(),
    engine.settings,
  )
  used.family = started.family.id
  return tokenAnswer(engine, grant, started.family, started.token)
}

/** RFC 6749 §5.1: one access token, and what comes with it. */
export async function tokenAnswer(
  engine: Engine,
  grant: TokenGrant,
  family?: RefreshFamily,
  refreshToken?: string,
  used: { accessToken?: string | undefined } = {},
): Promise<Answer> {
  const now = engine.clock.now()
  const lifetime = engine.settings.lifetimes.accessToken
  const generation = family?.generation
  const access = engine.accessTokens.issue({
    clientId: grant.client.client_id,
    sub: grant.sub,
    scope: grant.scope,
    audience: grant.resources,
    family: family?.id,
    issuedAt: now,
    expiresAt: now + lifetime,
  })
  used.accessToken = access.value
  const idToken = scopeTokens(grant.scope).includes('openid')
    ? await signIdToken(engine, grant, access.value)
    : undefined
  const answer = {
    access_token: access.value,
    token_type: 'Bearer',
    expires_in: lifetime,
    scope: grant.scope,
    refresh_token: refreshToken,
    id_token: idToken,
  }
  const { access_token, refresh_token, id_token } = answer
  return jsonAnswer(answer, { access_token, refresh_token, id_token, family: family?.id, generation })
}

async function signIdToken(engine: Engine, grant: TokenGrant, accessToken: string): Promise<string | undefined> {
  const user = engine.users.find(grant.sub)
  if (user === undefined) return undefined
  const now = Math.floor(engine.clock.now())
  const scopes = scopeTokens(grant.scope)
  return engine.keys.sign({
    iss: engine.issuer,
    sub: user.sub,
    aud: grant.client.client_id,
    exp: now + engine.settings.lifetimes.idToken,
    iat: now,
    auth_time: grant.authTime === undefined ? undefined : Math.floor(grant.authTime),
    nonce: grant.nonce,
    // OpenID Connect Core §3.1.3.6: the left half of the hash that the signature's algorithm uses, SHA-256 in both cases.
    at_hash: createHash('sha256').update(accessToken, 'ascii').digest().subarray(0, 16).toString('base64url'),
    ...personClaims(user, scopes),
  })
}
