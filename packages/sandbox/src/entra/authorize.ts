import { randomUUID } from 'node:crypto'
import { authorize as ownAuthorize } from '../authorize.ts'
import { registeredRedirect } from '../clients.ts'
import { consent as ownConsent } from '../consent.ts'
import type { Engine, Exchange } from '../engine.ts'
import { type Answer, redirectAnswer } from '../http-answer.ts'
import { errorPage } from '../page.ts'
import { Aadsts, aadstsFields } from './aadsts.ts'
import { assertKnown, byResource } from './asked.ts'
import { appOf, clientOf, type EntraApp, type EntraDirectory } from './directory.ts'
import { assertAllowed, tenantOf } from './person-checks.ts'
import { assertUsable, type EntraPlace } from './place.ts'

/** Checks an authorization request by the directory, then shows the sandbox's own page. */
export async function authorize(
  exchange: Exchange,
  place: EntraPlace,
  directory: EntraDirectory,
  engine: Engine,
): Promise<Answer> {
  const sent = exchange.method === 'POST' ? exchange.form : exchange.query
  const app = appOf(directory, sent.get('client_id'))
  const redirect = sent.get('redirect_uri') ?? app?.redirect_uris?.[0]
  try {
    if (app === undefined) throw new Aadsts(700016, { app: sent.get('client_id') ?? '', tenant: place.tenant })
    assertUsable(app, place, directory)
    if (redirect === undefined || !isRegistered(app, redirect))
      throw new Aadsts(50011, { redirect: redirect ?? '', app: app.client_id })
  } catch (error) {
    // Where it is not certain that the address is the app's, the person is told and sent nowhere.
    return page(error, engine)
  }
  try {
    if (place.version === 2) {
      if (sent.get('resource') !== undefined) throw new Aadsts(901002)
      if (sent.get('scope') === undefined) throw new Aadsts(900144, { parameter: 'scope' })
      byResource(sent.get('scope'), directory)
    } else for (const resource of sent.all('resource')) assertKnown(resource, directory, place.tenant)
  } catch (error) {
    return back(error, redirect, sent.get('state'), engine)
  }
  engine.clients.register(clientOf({ ...app, redirect_uris: [...(app.redirect_uris ?? []), redirect] }))
  return ownAuthorize({ ...exchange, endpoint: 'authorize', authority: `${place.tenant} ${place.version}` }, engine)
}

/**
 * What became of the page. Who may sign in, and to what, is only known when it is known who: the code of a sign-in that
 * is not allowed is used up before anybody has it.
 */
export async function consent(exchange: Exchange, directory: EntraDirectory, engine: Engine): Promise<Answer> {
  const answer = await ownConsent(exchange, engine)
  const { location } = answer.headers
  if (location === undefined) return answer
  const { searchParams } = new URL(location)
  const redirect = location.split(/[?#]/)[0] ?? location
  const state = searchParams.get('state') ?? undefined
  if (answer.error !== undefined) return back(new Aadsts(65004), redirect, state, engine)
  const code = engine.codes.find(answer.issued?.code ?? '')
  const user = engine.users.find(code?.sub)
  const app = appOf(directory, code?.clientId)
  if (code === undefined || user === undefined || app === undefined) return answer
  const [authority = 'common', version] = (code.authority ?? '').split(' ')
  try {
    const tenant = tenantOf(user, authority, app, directory)
    const asked =
      version === '1'
        ? code.resources.map((resource) => ({ resource, names: ['.default'], signIn: [] }))
        : byResource(code.scope, directory)
    for (const { resource } of asked) assertAllowed(tenant, resource, true)
    const isCovered = asked.every((one) => engine.entra.covers(tenant.id, user.sub, app, one))
    if (tenant.userConsent === false && !isCovered) throw new Aadsts(90094)
    engine.entra.add(tenant.id, user.sub, app, asked)
  } catch (error) {
    code.used = {}
    return error instanceof Aadsts && error.code === 90094 ? back(error, redirect, state, engine) : page(error, engine)
  }
  const separator = location.includes('?') ? '&' : '?'
  return { ...answer, headers: { ...answer.headers, location: `${location}${separator}session_state=${randomUUID()}` } }
}

/** As registered, character by character; of `http://localhost` and `http://127.0.0.1` any port. */
export function isRegistered(app: EntraApp, redirect: string): boolean {
  if (registeredRedirect(clientOf(app), redirect)) return true
  const portless = (uri: string): string => uri.replace(/^(http:\/\/localhost)(:\d{1,5})?/, '$1')
  return (app.redirect_uris ?? []).some(
    (known) => /^http:\/\/localhost/.test(known) && portless(known) === portless(redirect),
  )
}

function page(error: unknown, engine: Engine): Answer {
  if (!(error instanceof Aadsts)) throw error
  const fields = aadstsFields(error, engine)
  return errorPage('Sorry, but we are having trouble signing you in', fields.error_description, error.error)
}

function back(error: unknown, redirect: string, state: string | undefined, engine: Engine): Answer {
  if (!(error instanceof Aadsts)) throw error
  const { error_description, error_uri } = aadstsFields(error, engine)
  const fields = {
    error: error.error,
    error_description,
    ...(typeof error_uri === 'string' ? { error_uri } : {}),
    ...error.fields,
    ...(state === undefined ? {} : { state }),
  }
  const separator = redirect.includes('?') ? '&' : '?'
  return redirectAnswer(`${redirect}${separator}${new URLSearchParams(fields)}`, { error: error.error })
}
