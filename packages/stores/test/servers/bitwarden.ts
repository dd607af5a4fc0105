import { createCipheriv, createHmac, randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { json, text } from 'node:stream/consumers'
import { listening } from './listening.ts'

/** Bitwarden's interface for machine accounts, as far as one secret needs it. What is encrypted it keeps as it comes. */
export interface BitwardenServer extends AsyncDisposable {
  readonly apiUrl: string
  readonly identityUrl: string
  /** Of the one machine account. */
  readonly accessToken: string
  readonly organizationId: string
}

interface Secret {
  readonly id: string
  readonly key: string
  readonly value: string
  readonly note: string
  readonly revisionDate: string
}

export async function startBitwarden(): Promise<BitwardenServer> {
  const organizationId = randomUUID()
  const account = { id: randomUUID(), secret: randomBytes(16).toString('base64url'), key: randomBytes(16) }
  const secrets = new Map<string, Secret>()
  const jwt = bearer(organizationId)
  const encryptionKey = randomBytes(64).toString('base64')

  const server = createServer(async (request, response) => {
    const path = request.url ?? ''
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const shown = (secret: Secret): object => ({
      ...secret,
      organizationId,
      creationDate: secret.revisionDate,
      projects: [],
      read: true,
      write: true,
      object: 'secret',
    })
    if (path === '/identity/connect/token') {
      const form = new URLSearchParams(await text(request))
      if (form.get('client_id') !== account.id || form.get('client_secret') !== account.secret)
        return answer(400, { error: 'invalid_client' })
      const payload = JSON.stringify({ encryptionKey })
      const encrypted_payload = encrypted(payload, tokenKey(account.key))
      return answer(200, {
        access_token: jwt,
        expires_in: 3600,
        token_type: 'Bearer',
        scope: 'api.secrets',
        encrypted_payload,
      })
    }
    if (request.headers.authorization !== `Bearer ${jwt}`) return answer(401, { message: 'who are you' })
    const [, id] = /^\/api\/secrets\/([^/]+)$/.exec(path) ?? []
    if (request.method === 'GET') {
      const found = secrets.get(id ?? '')
      return found === undefined ? answer(404, { message: 'Resource not found.' }) : answer(200, shown(found))
    }
    if (id !== undefined && !secrets.has(id)) return answer(404, { message: 'Resource not found.' })
    const { key, value, note } = (await json(request)) as Secret
    const secret = { id: id ?? randomUUID(), key, value, note, revisionDate: new Date().toISOString() }
    secrets.set(secret.id, secret)
    return answer(200, shown(secret))
  })
  const { port, close } = await listening(server)
  const url = `http://127.0.0.1:${port}`
  return {
    apiUrl: `${url}/api`,
    identityUrl: `${url}/identity`,
    accessToken: `0.${account.id}.${account.secret}:${account.key.toString('base64')}`,
    organizationId,
    [Symbol.asyncDispose]: close,
  }
}

/** The client reads the organisation from it and does not check the signature. */
function bearer(organization: string): string {
  const exp = Math.floor(Date.now() / 1000) + 3600
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = {
    organization,
    sub: randomUUID(),
    exp,
    nbf: 0,
    iss: 'test',
    client_id: 'x',
    scope: ['api.secrets'],
    type: 'x',
  }
  return `${part({ alg: 'none' })}.${part(claims)}.x`
}

/** HKDF-Expand of the access token's own key: 32 bytes to encrypt, 32 to authenticate. */
function tokenKey(key: Buffer): Buffer {
  const prk = createHmac('sha256', 'bitwarden-accesstoken').update(key).digest()
  const step = (before: Buffer, n: number): Buffer =>
    createHmac('sha256', prk)
      .update(before)
      .update('sm-access-token')
      .update(Buffer.from([n]))
      .digest()
  const first = step(Buffer.alloc(0), 1)
  return Buffer.concat([first, step(first, 2)])
}

/** AES-256-CBC and HMAC-SHA256, as the text `2.<iv>|<ciphertext>|<mac>`. */
function encrypted(plain: string, key: Buffer): string {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', key.subarray(0, 32), iv)
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()])
  const mac = createHmac('sha256', key.subarray(32)).update(iv).update(ciphertext).digest()
  return `2.${[iv, ciphertext, mac].map((part) => part.toString('base64')).join('|')}`
}
