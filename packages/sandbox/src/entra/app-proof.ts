import { createHash, verify, X509Certificate } from 'node:crypto'
import type { Engine, Exchange } from '../engine.ts'
import { sameSecret } from '../opaque.ts'
import { Aadsts } from './aadsts.ts'
import { appOf, type EntraApp, type EntraDirectory, isConfidential } from './directory.ts'
import { type EntraPlace, tenantAt } from './place.ts'

interface Credentials {
  readonly id: string | undefined
  readonly secret: string | undefined
  readonly assertion: string | undefined
}

/** The app that a token request is from. Throws the refusal of one that is not known. */
export function claimedApp(exchange: Exchange, place: EntraPlace, directory: EntraDirectory): EntraApp {
  tenantAt(place.tenant, directory)
  const { id } = sent(exchange)
  if (id === undefined) throw new Aadsts(900144, { parameter: 'client_id' })
  const app = appOf(directory, id)
  if (app === undefined) throw new Aadsts(700016, { app: id, tenant: place.tenant })
  return app
}

/**
 * Has the app prove that it is the one: by a secret, or by a JWT that one of its certificates signed. `mayBeAlone`: flows
 * that an app with credentials may be allowed without them.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
export function assertProven(
  exchange: Exchange,
  place: EntraPlace,
  app: EntraApp,
  engine: Engine,
  { mayBeAlone = false, isToBe = false }: { readonly mayBeAlone?: boolean; readonly isToBe?: boolean } = {},
): void {
  const { secret, assertion } = sent(exchange)
  const given = secret ?? assertion
  if (!isConfidential(app)) {
    if (given !== undefined) throw new Aadsts(700025)
    if (isToBe) throw new Aadsts(7000218)
    return
  }
  if (given === undefined) {
    if (mayBeAlone && app.public_flows) return
    throw new Aadsts(7000218)
  }
  if (assertion !== undefined) {
    assertSigned(assertion, place, app, engine)
    return
  }
  const known = app.secrets?.find(({ value }) => sameSecret(value, secret ?? ''))
  // The id of a secret is none of its values, so it ends here too, with words that say so.
  if (known === undefined) throw new Aadsts(7000215, { app: app.client_id })
  if (known.expires_at !== undefined && known.expires_at <= engine.clock.now())
    throw new Aadsts(7000222, { app: app.client_id })
}

function sent({ form, headers }: Exchange): Credentials {
  const encoded = /^basic +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  const [id, secret] = Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .split(/:(.*)/s)
    .map(decoded)
  return {
    id: form.get('client_id') ?? id,
    secret: form.get('client_secret') ?? (secret || undefined),
    assertion: form.get('client_assertion'),
  }
}

/** RFC 6749 §2.3.1. What is not encoded at all, as some clients send it, stays as it is. */
function decoded(half: string): string {
  try {
    return decodeURIComponent(half.replaceAll('+', ' '))
  } catch {
    return half
  }
}

function assertSigned(jwt: string, { tenant }: EntraPlace, app: EntraApp, engine: Engine): void {
  const [head = '', payload = '', signature = ''] = jwt.split('.')
  const header = json(head)
  const certificate = (app.certificates ?? [])
    .map((pem) => new X509Certificate(pem))
    .find(({ raw }) => {
      const thumbprint = (algorithm: string): string => createHash(algorithm).update(raw).digest('base64url')
      return header['x5t#S256'] === thumbprint('sha256') || header['x5t'] === thumbprint('sha1')
    })
  if (certificate === undefined) throw new Aadsts(700027)
  const pss = header['alg'] === 'PS256' ? { padding: 6, saltLength: 32 } : {}
  const data = Buffer.from(`${head}.${payload}`)
  const holds = verify('sha256', data, { key: certificate.publicKey, ...pss }, Buffer.from(signature, 'base64url'))
  if (!holds) throw new Aadsts(700027)
  const { aud, iss, sub, exp, nbf } = json(payload)
  const now = engine.clock.now()
  // Five minutes for clocks that differ, as documented for tokens of this kind.
  const inTime = typeof exp === 'number' && exp > now - 300 && (typeof nbf !== 'number' || nbf < now + 300)
  if (!inTime) throw new Aadsts(700024)
  if (iss !== app.client_id || sub !== app.client_id) throw new Aadsts(700027)
  const base = `${engine.issuer}/${tenant}`
  const addresses = [`${base}/oauth2/v2.0/token`, `${base}/oauth2/token`, `${base}/v2.0`, `${base}/`]
  if (typeof aud !== 'string' || !addresses.includes(aud)) throw new Aadsts(700023)
}

function json(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
