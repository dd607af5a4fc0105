import { jwks } from '../discovery.ts'
import { type Engine, type Exchange, endpoints } from '../engine.ts'
import { type Answer, jsonAnswer } from '../http-answer.ts'
import { html, pageAnswer } from '../page.ts'
import { isForm } from '../routes.ts'
import { Aadsts, aadstsAnswer } from './aadsts.ts'
import { claimedApp } from './app-proof.ts'
import { byResource } from './asked.ts'
import { authorize, consent } from './authorize.ts'
import { clientOf, type EntraDirectory } from './directory.ts'
import { configuration, instance } from './metadata.ts'
import { assertUsable, type EntraPlace, placeOf } from './place.ts'
import { token } from './token.ts'

/** A request to an emulated Entra ID, with what answers it; undefined for what the sandbox has itself. */
export function entraRequest(
  raw: Exchange,
  directory: EntraDirectory,
  engine: Engine,
): { readonly exchange: Exchange; readonly handler: () => Promise<Answer> } | undefined {
  const refusing = (work: () => Answer | Promise<Answer>) => async (): Promise<Answer> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Aadsts)) throw error
      const correlation = raw.headers['client-request-id']
      return aadstsAnswer(error, engine, typeof correlation === 'string' ? correlation : undefined)
    }
  }
  if (raw.endpoint === 'consent') return { exchange: raw, handler: refusing(() => consent(raw, directory, engine)) }
  const place = placeOf(raw.path, engine.issuer)
  if (place === undefined) return undefined
  const [endpoint, work] = workOf(raw, place, directory, engine)
  return { exchange: { ...raw, endpoint }, handler: refusing(work) }
}

type Work = readonly [Exchange['endpoint'], () => Answer | Promise<Answer>]

function workOf(raw: Exchange, place: EntraPlace, directory: EntraDirectory, engine: Engine): Work {
  switch (place.what) {
    case 'authorize':
      return ['authorize', () => authorize(raw, place, directory, engine)]
    case 'token':
      return ['token', posted(raw, () => token(raw, place, directory, engine))]
    case 'devicecode':
      return ['device_authorization', posted(raw, () => deviceCode(raw, place, directory, engine))]
    case 'configuration':
      return ['discovery', () => configuration(place, directory, engine)]
    case 'keys':
      return ['jwks', () => jwks(raw, engine)]
    case 'instance':
      return ['metadata', () => instance(directory, engine, raw.query.get('authorization_endpoint'))]
    case 'nativeclient':
      return ['unknown', () => pageAnswer({ title: 'Signed in', content: html`<p>Copy the address of this page.</p>` })]
  }
}

function posted(raw: Exchange, work: () => Answer | Promise<Answer>): () => Answer | Promise<Answer> {
  const isPosted = raw.method === 'POST' && isForm(raw.headers['content-type'])
  if (isPosted) return work
  return () => {
    throw new Aadsts(900144, { parameter: 'grant_type' })
  }
}

/** @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code#device-authorization-request */
function deviceCode(raw: Exchange, place: EntraPlace, directory: EntraDirectory, engine: Engine): Answer {
  const { form } = raw
  const app = claimedApp(raw, place, directory)
  assertUsable(app, place, directory)
  const resource = form.get('resource')
  const scope = place.version === 2 ? form.get('scope') : resource === undefined ? undefined : `${resource}/.default`
  if (scope === undefined) throw new Aadsts(900144, { parameter: place.version === 2 ? 'scope' : 'resource' })
  byResource(scope, directory)
  engine.clients.register(clientOf(app))
  const { lifetimes, deviceInterval: interval } = engine.settings
  const expiresAt = engine.clock.now() + lifetimes.deviceCode
  const begun = engine.devices.begin({ clientId: app.client_id, scope, expiresAt, interval })
  const verification_uri = engine.issuer + endpoints.device
  const user_code = begun.device.userCode
  return jsonAnswer({
    device_code: begun.deviceCode,
    user_code,
    verification_uri,
    ...(place.version === 1 ? { verification_url: verification_uri } : {}),
    expires_in: lifetimes.deviceCode,
    interval,
    message: `To sign in, use a web browser to open the page ${verification_uri} and enter the code ${user_code} to authenticate.`,
  })
}
