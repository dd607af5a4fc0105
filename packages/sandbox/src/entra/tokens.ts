import { createHash } from 'node:crypto'
import type { Engine } from '../engine.ts'
import { type Answer, jsonAnswer } from '../http-answer.ts'
import { opaqueToken } from '../opaque.ts'
import type { RefreshFamily } from '../refresh-families.ts'
import type { SandboxUser } from '../users.ts'
import { type Asked, same } from './asked.ts'
import { type EntraApp, type EntraDirectory, homeOf } from './directory.ts'
import { issuerOf } from './metadata.ts'

/** What a token is made of. */
export interface Given {
  readonly app: EntraApp
  /** Absent: the app acts on its own behalf. */
  readonly user?: SandboxUser | undefined
  readonly tid: string
  readonly version: 1 | 2
  readonly asked: Asked
  /** Permissions in the answer; the names that were asked for when absent. */
  readonly names?: readonly string[] | undefined
  readonly authTime?: number | undefined
  readonly nonce?: string | undefined
  readonly family?: RefreshFamily | undefined
  readonly refreshToken?: string | undefined
  /** Whether `client_info` was asked for, as Microsoft's libraries do. */
  readonly clientInfo: boolean
}

/**
 * The answer of the token endpoint. v1.0 writes numbers as text and names the resource, v2.0 names the scope.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#successful-response-2
 * @see https://learn.microsoft.com/previous-versions/azure/active-directory/azuread-dev/v1-protocols-oauth-code
 */
export async function tokens(of: Given, engine: Engine, directory: EntraDirectory): Promise<Answer> {
  const { app, user, version, asked, family, refreshToken: refresh_token } = of
  const now = Math.floor(engine.clock.now())
  const lifetime = engine.settings.lifetimes.accessToken
  const names = of.names ?? asked.names
  const access = engine.accessTokens.issue({
    value: await engine.keys.sign(accessClaims(of, names, now, engine)),
    clientId: app.client_id,
    sub: user?.sub,
    scope: names.map((name) => `${asked.resource}/${name}`).join(' '),
    audience: [asked.resource],
    family: family?.id,
    issuedAt: now,
    expiresAt: now + lifetime,
  })
  const id_token = user === undefined ? undefined : await idToken(of, user, now, engine)
  const common = {
    token_type: 'Bearer',
    access_token: access.value,
    refresh_token,
    id_token,
    ...clientInfo(of, directory),
  }
  const told =
    version === 2
      ? {
          expires_in: lifetime,
          ext_expires_in: lifetime,
          ...(user === undefined ? {} : { scope: scope(of, names, directory) }),
        }
      : {
          expires_in: String(lifetime),
          ext_expires_in: String(lifetime),
          expires_on: String(now + lifetime),
          not_before: String(now),
          resource: asked.resource,
          ...(user === undefined ? {} : { scope: names.join(' ') }),
        }
  const { value: access_token } = access
  const issued = { access_token, refresh_token, id_token, family: family?.id, generation: family?.generation }
  return jsonAnswer({ ...common, ...told }, issued)
}

/** Permissions of Graph go by their short names, and nothing is said of `offline_access`. */
function scope({ asked }: Given, names: readonly string[], { graph }: EntraDirectory): string {
  const isGraph = same(asked.resource, graph)
  const whole = isGraph ? names : names.map((name) => `${asked.resource}/${name}`)
  return [...asked.signIn.filter((name) => name !== 'offline_access'), ...whole].join(' ')
}

/** @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference */
function accessClaims({ app, user, tid, asked }: Given, names: readonly string[], now: number, engine: Engine) {
  const common = {
    aud: asked.resource,
    iss: issuerOf(engine.issuer, tid, 1),
    iat: now,
    nbf: now,
    exp: now + engine.settings.lifetimes.accessToken,
    appid: app.client_id,
    appidacr: app.certificates === undefined ? '1' : '2',
    tid,
    uti: opaqueToken().slice(0, 22),
    ver: '1.0',
  }
  if (user === undefined) {
    const oid = guid(`${tid} ${app.client_id}`)
    return { ...common, idtyp: 'app', oid, sub: oid, roles: [] }
  }
  const { username, name } = user
  return {
    ...common,
    idtyp: 'user',
    oid: oidOf(user, tid),
    sub: pairwise(user, app),
    name,
    upn: username,
    scp: names.join(' '),
  }
}

/**
 * v2.0 signs it and gives it for `openid`; v1.0 gives it always, and not signed.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
async function idToken(of: Given, user: SandboxUser, now: number, engine: Engine): Promise<string | undefined> {
  const { app, tid, version, asked, nonce } = of
  if (version === 2 && !asked.signIn.includes('openid')) return undefined
  const common = {
    aud: app.client_id,
    iss: issuerOf(engine.issuer, tid, version),
    iat: now,
    nbf: now,
    exp: now + engine.settings.lifetimes.idToken,
    ...(nonce === undefined ? {} : { nonce }),
    sub: pairwise(user, app),
    tid,
  }
  if (version === 1) {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const { name, username } = user
    const own = { ver: '1.0', oid: oidOf(user, tid), name, unique_name: username, upn: username }
    return `${part({ typ: 'JWT', alg: 'none' })}.${part({ ...common, ...own })}.`
  }
  const profile = { name: user.name, preferred_username: user.username, oid: oidOf(user, tid) }
  return engine.keys.sign({
    ...common,
    ver: '2.0',
    ...(asked.signIn.includes('profile') ? profile : {}),
    ...(asked.signIn.includes('email') ? { email: user.email } : {}),
  })
}

/** Who signed in, by the person's home: what Microsoft's libraries find accounts by. */
function clientInfo({ user, clientInfo: isAsked }: Given, directory: EntraDirectory): { client_info?: string } {
  if (user === undefined || !isAsked) return {}
  const { id } = homeOf(directory, user)
  const info = { uid: oidOf(user, id), utid: id }
  return { client_info: Buffer.from(JSON.stringify(info)).toString('base64url') }
}

/** A person has another object id in every directory, as a guest too. */
function oidOf({ sub }: SandboxUser, tid: string): string {
  return guid(`${tid} ${sub}`)
}

/** Another name of the same person for every app. */
function pairwise({ sub }: SandboxUser, { client_id }: EntraApp): string {
  return createHash('sha256').update(`${client_id} ${sub}`).digest('base64url')
}

function guid(of: string): string {
  const hex = createHash('sha256').update(of).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
