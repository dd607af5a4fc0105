import { authenticatedClient } from './client-authentication.ts'
import { mayUse } from './clients.ts'
import { consentPage } from './consent-page.ts'
import { type Engine, endpoints, type Handler } from './engine.ts'
import { type Answer, jsonAnswer } from './http-answer.ts'
import type { DeviceRequest } from './interactions.ts'
import { html, pageAnswer } from './page.ts'
import { ProtocolError } from './protocol-error.ts'
import { checkedScope } from './scope.ts'

/** RFC 8628 §3.1 and §3.2: a device asks for its pair of codes. */
export const deviceAuthorization: Handler = (exchange, engine) => {
  const client = authenticatedClient(exchange, engine)
  if (!mayUse(client, 'urn:ietf:params:oauth:grant-type:device_code'))
    throw new ProtocolError('unauthorized_client', 'This client is not registered for the device grant.')
  const scope = checkedScope(exchange.form.get('scope'), client.scope)
  const { lifetimes, deviceInterval } = engine.settings
  const expiresAt = engine.clock.now() + lifetimes.deviceCode
  const { device, deviceCode } = engine.devices.begin({
    clientId: client.client_id,
    scope,
    expiresAt,
    interval: deviceInterval,
  })
  const uri = engine.issuer + endpoints.device
  return jsonAnswer({
    device_code: deviceCode,
    user_code: device.userCode,
    verification_uri: uri,
    verification_uri_complete: `${uri}?${new URLSearchParams({ user_code: device.userCode })}`,
    expires_in: lifetimes.deviceCode,
    interval: deviceInterval,
  })
}

/** RFC 8628 §3.3: the page where the person types the code that the device shows, then answers for it. */
export const devicePage: Handler = (exchange, engine) => {
  const typed = exchange.query.get('user_code')
  if (typed === undefined) return codePage(engine)
  const device = engine.devices.findByUserCode(typed)
  const client = engine.clients.find(device?.clientId)
  const waiting = device?.answer.state === 'pending' && engine.clock.now() < device.expiresAt
  if (device === undefined || client === undefined || !waiting)
    return codePage(engine, 'No device waits with this code. Look at the device again; it may show a new one.')
  const { scope, userCode, clientId } = device
  return consentPage(engine, {
    request: { kind: 'device', clientId, scope, userCode },
    client,
    cookie: exchange.headers.cookie,
  })
}

/** Records the person's answer; no person means no. */
export function answerDevice(
  engine: Engine,
  request: DeviceRequest,
  allowed: { sub: string; scope: string } | undefined,
): Answer {
  const device = engine.devices.findByUserCode(request.userCode)
  const now = engine.clock.now()
  if (device === undefined || device.answer.state !== 'pending' || now >= device.expiresAt)
    return codePage(engine, 'The device no longer waits for an answer.')
  device.answer = allowed === undefined ? { state: 'denied' } : { state: 'allowed', ...allowed, authTime: now }
  return pageAnswer({
    title: allowed === undefined ? 'Denied' : 'Done',
    content: html`<p role="status">${allowed === undefined ? 'Nothing was shared.' : 'The device will go on by itself.'} You can close this window.</p>`,
  })
}

function codePage(engine: Engine, problem?: string): Answer {
  const base = new URL(engine.issuer).pathname.replace(/\/$/, '')
  return pageAnswer({
    title: 'Connect a device',
    status: problem === undefined ? 200 : 404,
    content: html`<form action="${base + endpoints.device}">
<label>Code that the device shows
<input class="code" name="user_code" required autocomplete="off" autocapitalize="characters" spellcheck="false"${
      problem === undefined ? '' : html` aria-invalid="true" aria-describedby="problem"`
    }></label>
${problem === undefined ? '' : html`<p id="problem" class="bad" role="alert">${problem}</p>`}
<div class="actions"><button>Continue</button></div>
</form>`,
  })
}
