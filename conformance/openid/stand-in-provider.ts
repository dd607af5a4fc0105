import { createHash, randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import {
  createLocalJWKSet,
  EmbeddedJWK,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose'
import { type Deviation, deviations, type ServerKey } from './deviations.ts'
import type { Exposed, Judgement } from './suite.ts'

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly at: URL
  readonly headers: IncomingHttpHeaders
  readonly form: URLSearchParams
}

interface KnownClient {
  readonly client_id: string
  readonly client_secret: string
  readonly jwks: { readonly keys: JWK[] }
}

/** The authorization server of one module: right in everything but the module's deviation. */
export class Provider {
  readonly exposed: Exposed
  keyRequests = 0
  readonly #issuer: string
  readonly #client: KnownClient
  readonly #deviation: Deviation
  readonly #isFapi: boolean
  #keys: ServerKey[]
  readonly #visited = new Set<string>()
  readonly #requests = new Map<string, URLSearchParams>()
  readonly #codes = new Map<string, URLSearchParams>()
  readonly #wrong: string[] = []
  #signed = 0

  private constructor(issuer: string, client: KnownClient, deviation: Deviation, isFapi: boolean, keys: ServerKey[]) {
    this.#issuer = issuer
    this.#client = client
    this.#deviation = deviation
    this.#isFapi = isFapi
    this.#keys = keys
    this.exposed = { issuer, ...(isFapi ? { accounts_endpoint: `${issuer}accounts` } : {}) }
  }

  static async start(
    issuer: string,
    name: string,
    client: KnownClient,
    variant: Readonly<Record<string, string>>,
  ): Promise<Provider> {
    const deviation = deviations[name]
    if (deviation === undefined) throw new Error(`The stand-in does not know the case ${name}`)
    const isFapi = variant['sender_constrain'] === 'dpop'
    const alg = isFapi ? 'PS256' : 'RS256'
    const keys = await Promise.all(['one', ...(deviation.twoKeys ? ['two'] : [])].map((kid) => serverKey(alg, kid)))
    return new Provider(issuer, client, deviation, isFapi, keys)
  }

  /** Passed when the client did all it should, or stopped where the deviation has to stop it. */
  judgement(): Judgement {
    const { forbids } = this.#deviation
    const last = this.#isFapi ? 'accounts' : 'userinfo'
    const path = { authorize: 'authorize', token: 'token', claims: last }[forbids ?? 'claims']
    const good = forbids === undefined ? this.#visited.has(last) : !this.#visited.has(path)
    // Starting a module waits for a server that is ready; nothing was asked of it then.
    if (this.#visited.size === 0) return { status: 'WAITING', result: null }
    return { status: 'FINISHED', result: good && this.#wrong.length === 0 ? 'PASSED' : 'FAILED' }
  }

  async answer(asked: Asked): Promise<Answer> {
    this.#visited.add(asked.path)
    switch (asked.path) {
      case '.well-known/openid-configuration':
        return ok(this.#metadata())
      case 'jwks':
        return this.#jwks()
      case 'register':
        return { status: 201, body: { client_id: this.#client.client_id, client_secret: this.#client.client_secret } }
      case 'par':
        return this.#pushed(asked)
      case 'authorize':
        return this.#authorized(asked.at)
      case 'token':
        return this.#token(asked)
      case 'userinfo':
        return this.#userinfo(asked)
      case 'accounts':
        return this.#accounts(asked)
      default:
        return { status: 404, body: {} }
    }
  }

  #metadata(): unknown {
    const issuer = this.#issuer
    const right = {
      issuer,
      authorization_endpoint: `${issuer}authorize`,
      token_endpoint: `${issuer}token`,
      jwks_uri: `${issuer}jwks`,
      registration_endpoint: `${issuer}register`,
      ...(this.#isFapi
        ? { pushed_authorization_request_endpoint: `${issuer}par`, require_pushed_authorization_requests: true }
        : { userinfo_endpoint: `${issuer}userinfo` }),
      authorization_response_iss_parameter_supported: true,
      // As a careless server would: it is up to the client to refuse what is not safe.
      id_token_signing_alg_values_supported: ['RS256', 'PS256', 'HS256', 'none'],
      dpop_signing_alg_values_supported: ['PS256', 'ES256'],
      code_challenge_methods_supported: ['S256'],
    }
    return this.#deviation.metadata?.(right) ?? right
  }

  async #jwks(): Promise<Answer> {
    this.keyRequests++
    const keys = this.#keys.map(async ({ publicKey, kid, alg }) => ({ ...(await exportJWK(publicKey)), kid, alg }))
    return ok({ keys: await Promise.all(keys) })
  }

  async #pushed(asked: Asked): Promise<Answer> {
    await this.#authenticated(asked)
    const request_uri = `urn:ietf:params:oauth:request_uri:${randomUUID()}`
    this.#requests.set(request_uri, asked.form)
    return { status: 201, body: { request_uri, expires_in: 60 } }
  }

  /** The person consents at once. */
  #authorized({ searchParams }: URL): Answer {
    const asked = this.#isFapi ? this.#requests.get(searchParams.get('request_uri') ?? '') : searchParams
    if (asked === undefined) return refused('invalid_request_uri')
    const code = randomUUID()
    this.#codes.set(code, asked)
    const fields = new URLSearchParams({ code, state: asked.get('state') ?? '', iss: this.#issuer })
    this.#deviation.callback?.(fields)
    const location = `${asked.get('redirect_uri')}?${fields}`
    return { status: 302, body: {}, headers: { location } }
  }

  async #token(asked: Asked): Promise<Answer> {
    await this.#authenticated(asked)
    const request = this.#codes.get(asked.form.get('code') ?? '')
    this.#codes.delete(asked.form.get('code') ?? '')
    if (request === undefined || asked.form.get('redirect_uri') !== request.get('redirect_uri'))
      return refused('invalid_grant')
    const challenge = createHash('sha256')
      .update(asked.form.get('code_verifier') ?? '')
      .digest('base64url')
    if (challenge !== request.get('code_challenge')) return refused('invalid_grant')
    if (this.#isFapi) await this.#proven(asked, `${this.#issuer}token`)
    const right = {
      access_token: 'an-access-token',
      token_type: this.#isFapi ? 'DPoP' : 'Bearer',
      expires_in: 300,
      scope: request.get('scope'),
      id_token: await this.#idToken(request),
    }
    return ok(this.#deviation.answer?.(right) ?? right)
  }

  async #idToken(request: URLSearchParams): Promise<string> {
    if (this.#deviation.rotates && this.#signed++ > 0) {
      const { alg } = this.#key
      this.#keys = [await serverKey(alg, `rotated-${this.#signed}`)]
    }
    const now = Math.floor(Date.now() / 1000)
    const { client_id: aud } = this.#client
    const right = { iss: this.#issuer, sub: 'person', aud, nonce: request.get('nonce'), iat: now, exp: now + 300 }
    const claims = this.#deviation.claims?.(right as JWTPayload) ?? (right as JWTPayload)
    const key = this.#key
    const foreign = (): Promise<ServerKey> => serverKey(key.alg, 'foreign')
    if (this.#deviation.sign !== undefined) return this.#deviation.sign(claims, { key, foreign })
    return new SignJWT(claims).setProtectedHeader({ alg: key.alg, kid: key.kid }).sign(key.privateKey)
  }

  get #key(): ServerKey {
    const [key] = this.#keys
    if (key === undefined) throw new Error('no key')
    return key
  }

  #userinfo({ headers }: Asked): Answer {
    if (headers.authorization !== 'Bearer an-access-token') return this.#objection('no access token at userinfo')
    const right = { sub: 'person', name: 'A Person', email: 'person@example.test' }
    return ok(this.#deviation.userinfo?.(right) ?? right)
  }

  async #accounts(asked: Asked): Promise<Answer> {
    if (asked.headers.authorization !== 'DPoP an-access-token') return this.#objection('no bound token at accounts')
    await this.#proven(asked, `${this.#issuer}accounts`, 'an-access-token')
    return ok({ accounts: [] })
  }

  /** RFC 6749 §2.3.1 and RFC 7523 §3, as the variant has it. */
  async #authenticated({ headers, form }: Asked): Promise<void> {
    const { client_id, client_secret, jwks } = this.#client
    if (this.#isFapi) {
      const { payload } = await jwtVerify(form.get('client_assertion') ?? '', createLocalJWKSet(jwks), {
        issuer: client_id,
        subject: client_id,
        requiredClaims: ['jti', 'exp'],
      })
      // FAPI 2.0 Security Profile §5.3.2.1: the issuer as a string is the only audience.
      if (payload.aud !== this.#issuer) this.#wrong.push('audience of the assertion')
      return
    }
    const [, basic = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? []
    // RFC 6749 §2.3.1: both are form-encoded first.
    const [id, secret] = Buffer.from(basic, 'base64').toString().split(':').map(formDecoded)
    if (id !== client_id || secret !== client_secret) this.#wrong.push('client authentication')
  }

  /** RFC 9449 §4.3. */
  async #proven({ headers, method }: Asked, htu: string, token?: string): Promise<void> {
    const { payload } = await jwtVerify(String(headers['dpop']), EmbeddedJWK, { typ: 'dpop+jwt' })
    if (payload['htm'] !== method || payload['htu'] !== htu) this.#wrong.push('method or address of the proof')
    const ath = token === undefined ? undefined : createHash('sha256').update(token).digest('base64url')
    if (payload['ath'] !== ath) this.#wrong.push('token of the proof')
  }

  #objection(what: string): Answer {
    this.#wrong.push(what)
    return { status: 401, body: { error: 'invalid_token' } }
  }
}

async function serverKey(alg: string, kid: string): Promise<ServerKey> {
  return { kid, alg, ...(await generateKeyPair(alg)) }
}

function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}

function ok(body: unknown): Answer {
  return { status: 200, body }
}

function refused(error: string): Answer {
  return { status: 400, body: { error } }
}
