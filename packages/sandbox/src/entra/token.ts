import { provesPossession } from '../codes.ts'
import type { Engine, Exchange } from '../engine.ts'
import { endGrant } from '../grant-end.ts'
import type { Answer } from '../http-answer.ts'
import { sameSecret } from '../opaque.ts'
import type { Parameters } from '../parameters.ts'
import type { SandboxUser } from '../users.ts'
import { Aadsts } from './aadsts.ts'
import { assertProven, claimedApp } from './app-proof.ts'
import { type Asked, assertKnown, byResource, same, signInScopes } from './asked.ts'
import { CONSUMERS, type EntraApp, type EntraDirectory } from './directory.ts'
import { assertAllowed, assertConsented, tenantOf } from './person-checks.ts'
import { assertUsable, type EntraPlace, tenantAt } from './place.ts'
import { tokens } from './tokens.ts'

/** A token request that is known to be from the app it names. */
interface Request {
  readonly form: Parameters
  readonly place: EntraPlace
  readonly app: EntraApp
  readonly directory: EntraDirectory
  readonly engine: Engine
}

type Flow = (request: Request) => Promise<Answer>

const flows: ReadonlyMap<string, Flow> = new Map<string, Flow>([
  ['authorization_code', redeem],
  ['refresh_token', refresh],
  ['client_credentials', appOnly],
  ['password', password],
  ['urn:ietf:params:oauth:grant-type:device_code', poll],
  // The name that v1.0 has for it.
  ['device_code', poll],
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', onBehalfOf],
])

/** The flows in which an app with credentials may go without them, when "Allow public client flows" is on. */
const MAY_BE_ALONE: ReadonlySet<string> = new Set([
  'password',
  'refresh_token',
  'device_code',
  'urn:ietf:params:oauth:grant-type:device_code',
])

export async function token(
  exchange: Exchange,
  place: EntraPlace,
  directory: EntraDirectory,
  engine: Engine,
): Promise<Answer> {
  const { form } = exchange
  const type = form.get('grant_type')
  if (type === undefined) throw new Aadsts(900144, { parameter: 'grant_type' })
  const flow = flows.get(type)
  if (flow === undefined) throw new Aadsts(70003, { type })
  const app = claimedApp(exchange, place, directory)
  assertUsable(app, place, directory)
  if (place.version === 2 && form.get('resource') !== undefined) throw new Aadsts(901002)
  const isToBe = type === 'client_credentials' || flow === onBehalfOf
  assertProven(exchange, place, app, engine, { mayBeAlone: MAY_BE_ALONE.has(type), isToBe })
  return flow({ form, place, app, directory, engine })
}

/** @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#redeem-a-code-for-an-access-token */
async function redeem(request: Request): Promise<Answer> {
  const { form, app, engine } = request
  const code = engine.codes.find(needed(form, 'code'))
  if (code === undefined || code.clientId !== app.client_id) throw new Aadsts(70000, { parameter: "'code'" })
  if (code.used !== undefined) {
    if (code.used.family !== undefined) endGrant(engine, code.used.family, 'the authorization code was used twice')
    throw new Aadsts(54005)
  }
  if (engine.clock.now() >= code.expiresAt) throw new Aadsts(70008)
  const redirect = form.get('redirect_uri')
  if (redirect !== code.redirectUri) throw new Aadsts(50011, { redirect: redirect ?? '', app: app.client_id })
  const verifier = form.get('code_verifier')
  if (code.pkce === undefined ? verifier !== undefined : !verifier || !provesPossession(code.pkce, verifier))
    throw new Aadsts(501481)
  const asked = delegated(request, code.scope, code.resources)
  const user = person(engine, code.sub)
  code.used = {}
  const { nonce, authTime, authority = 'common' } = code
  return forPerson({ ...request, place: { ...request.place, tenant: tenantIn(authority) } }, user, asked, code.scope, {
    nonce,
    authTime,
    used: code.used,
  })
}

/**
 * A refresh token is for every API that was consented to, and stays good when a new one is given.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/refresh-tokens
 */
async function refresh(request: Request): Promise<Answer> {
  const { form, app, engine, directory, place } = request
  const presented = needed(form, 'refresh_token')
  const now = engine.clock.now()
  const known = engine.families.ofToken(presented)
  if (known === undefined || known.clientId !== app.client_id) throw new Aadsts(70000, { parameter: "'refresh_token'" })
  const asked = delegated(request, known.scope, known.resources)
  const user = person(engine, known.sub)
  const tenant = tenantOf(user, tenantIn(known.authority ?? place.tenant), app, directory)
  if (engine.families.isOver(presented, now)) {
    const issued = new Date(known.authTime * 1000).toISOString()
    throw known.alive ? new Aadsts(700082, { issued, days: '90' }) : new Aadsts(50173)
  }
  assertAllowed(tenant, asked.resource, false)
  assertConsented(tenant.id, user.sub, app, asked, engine)
  const judged = engine.families.present(presented, now, engine.settings)
  if (judged.state !== 'good') throw new Aadsts(50173)
  const { family } = judged
  const refreshToken = engine.families.spend(family.id, judged.repeated, now, engine.settings)
  const names = namesOf(asked, tenant.id, user, request)
  const { version } = place
  return tokens(
    { app, user, tid: tenant.id, version, asked, names, family, refreshToken, clientInfo: wantsInfo(form) },
    engine,
    directory,
  )
}

/** @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
async function appOnly(request: Request): Promise<Answer> {
  const { form, place, app, engine, directory } = request
  const tenant = tenantAt(place.tenant, directory)
  if (tenant === undefined || tenant.id === CONSUMERS) throw new Aadsts(50059)
  const asked = place.version === 1 ? ofResource(request, []) : single(needed(form, 'scope'), directory)
  if (asked.names.join(' ') !== '.default') throw new Aadsts(1002012, { scope: form.get('scope') ?? '' })
  return tokens({ app, tid: tenant.id, version: place.version, asked, clientInfo: false }, engine, directory)
}

/** @see https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc */
async function password(request: Request): Promise<Answer> {
  const { form, place, app, engine, directory } = request
  if (['common', 'consumers'].includes(place.tenant.toLowerCase())) throw new Aadsts(9001023)
  const name = needed(form, 'username')
  const secret = needed(form, 'password')
  const user = engine.users.findByName(name)
  if (user === undefined) throw new Aadsts(50034, { user: name, tenant: place.tenant })
  if (user.password === undefined || !sameSecret(user.password, secret)) throw new Aadsts(50126)
  const asked = delegated(request, '', [])
  const tenant = tenantOf(user, place.tenant, app, directory)
  assertAllowed(tenant, asked.resource, false)
  assertConsented(tenant.id, user.sub, app, asked, engine)
  return forPerson(request, user, asked, form.get('scope') ?? '', { authTime: engine.clock.now() })
}

/** @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code#authenticating-the-user */
async function poll(request: Request): Promise<Answer> {
  const { form, place, app, engine, directory } = request
  const device = engine.devices.find(
    form.get('device_code') ?? needed(form, place.version === 1 ? 'code' : 'device_code'),
  )
  if (device === undefined || device.clientId !== app.client_id || device.answer.state === 'done')
    throw new Aadsts(70020)
  if (engine.clock.now() >= device.expiresAt) throw new Aadsts(70019)
  if (device.answer.state === 'denied') throw new Aadsts(70017)
  if (device.answer.state !== 'allowed') throw new Aadsts(70016)
  const { sub, scope, authTime } = device.answer
  const user = person(engine, sub)
  const asked = single(scope, directory)
  const tenant = tenantOf(user, place.tenant, app, directory)
  assertAllowed(tenant, asked.resource, true)
  engine.entra.add(tenant.id, user.sub, app, byResource(scope, directory))
  device.answer = { state: 'done' }
  return forPerson(request, user, asked, scope, { authTime })
}

/**
 * A service passes on the token that it was called with: one that is for itself, of a person.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 */
async function onBehalfOf(request: Request): Promise<Answer> {
  const { form, app, engine, directory } = request
  if (form.get('requested_token_use') !== 'on_behalf_of') throw new Aadsts(900144, { parameter: 'requested_token_use' })
  const passed = engine.accessTokens.valid(needed(form, 'assertion'), engine.clock.now())
  if (passed?.sub === undefined) throw new Aadsts(50013)
  const own = [app.uri ?? `api://${app.client_id}`, app.client_id]
  if (!passed.audience.some((audience) => own.some((one) => same(one, audience)))) throw new Aadsts(500131)
  const user = person(engine, passed.sub)
  const tenant = tenantOf(user, request.place.tenant, app, directory)
  const asked = delegated(request, '', [])
  assertAllowed(tenant, asked.resource, false)
  assertConsented(tenant.id, user.sub, app, asked, engine)
  return forPerson(request, user, asked, form.get('scope') ?? '', { authTime: passed.issuedAt })
}

/** The first tokens of a person. A refresh token is given by v1.0 always, by v2.0 for `offline_access`. */
async function forPerson(
  { form, place, app, directory, engine }: Request,
  user: SandboxUser,
  asked: Asked,
  scope: string,
  more: {
    readonly nonce?: string | undefined
    readonly authTime: number
    readonly used?: { family?: string | undefined; accessToken?: string | undefined }
  },
): Promise<Answer> {
  const { version } = place
  const { id: tid } = tenantOf(user, place.tenant, app, directory)
  const { nonce, authTime, used = {} } = more
  const names = namesOf(asked, tid, user, { app, engine, form })
  const given = { app, user, tid, version, asked, names, nonce, authTime, clientInfo: wantsInfo(form) }
  if (version === 2 && !signInScopes(scope).includes('offline_access')) return tokens(given, engine, directory)
  const resources = version === 1 ? [asked.resource] : []
  const grant = { clientId: app.client_id, sub: user.sub, scope, resources, authTime, authority: tid }
  const { family, token: refreshToken } = engine.families.start(grant, engine.clock.now(), engine.settings)
  used.family = family.id
  return tokens({ ...given, family, refreshToken }, engine, directory)
}

/** What is asked for in a person's name: in the request, else in the grant, whose first API counts. */
function delegated(request: Request, granted: string, resources: readonly string[]): Asked {
  const { form, place, directory } = request
  if (place.version === 1) return ofResource(request, resources)
  const signIn = signInScopes(granted)
  const sent = form.get('scope')
  const groups = byResource(sent, directory)
  if (groups.length > 1) throw new Aadsts(28000, { scope: sent ?? '' })
  const [first] = groups.length > 0 ? groups : byResource(granted, directory)
  if (first !== undefined) return { ...first, signIn: first.signIn.length > 0 ? first.signIn : signIn }
  // Nothing but the sign-in: the token is for Graph, to tell who signed in.
  return {
    resource: directory.graph,
    names: [],
    signIn: signInScopes(sent ?? granted),
  }
}

function single(scope: string, directory: EntraDirectory): Asked {
  const [first, second] = byResource(scope, directory)
  if (second !== undefined) throw new Aadsts(28000, { scope })
  return (
    first ?? {
      resource: directory.graph,
      names: [],
      signIn: signInScopes(scope),
    }
  )
}

/** v1.0 asks for an API, with all the permissions that the app registration lists. */
function ofResource({ form, directory, place }: Request, granted: readonly string[]): Asked {
  const resource = form.get('resource') ?? granted[0]
  if (resource === undefined) throw new Aadsts(900144, { parameter: 'resource' })
  assertKnown(resource, directory, place.tenant)
  return { resource, names: ['.default'], signIn: [] }
}

/** What `.default` comes to: everything that was consented to. */
function namesOf(
  { resource, names }: Asked,
  tid: string,
  { sub }: SandboxUser,
  { app, engine }: Pick<Request, 'app' | 'engine' | 'form'>,
): readonly string[] {
  if (!names.includes('.default')) return names
  const all = engine.entra.names(tid, sub, app, resource).filter((name) => name !== '.default')
  return all.length === 0 ? ['user_impersonation'] : all
}

function person(engine: Engine, sub: string): SandboxUser {
  const user = engine.users.find(sub)
  if (user === undefined) throw new Aadsts(50034, { user: sub, tenant: '' })
  return user
}

function tenantIn(authority: string): string {
  return authority.split(' ')[0] ?? 'common'
}

function wantsInfo(form: Parameters): boolean {
  return form.get('client_info') === '1'
}

function needed(form: Parameters, parameter: string): string {
  const value = form.get(parameter)
  if (value === undefined) throw new Aadsts(900144, { parameter })
  return value
}
