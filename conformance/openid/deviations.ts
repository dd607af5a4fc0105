import { createHash } from 'node:crypto'
import { type CryptoKey, exportSPKI, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'

/** A signing key of the stand-in. */
export interface ServerKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
}

export interface Signing {
  /** The key that signs now. */
  readonly key: ServerKey
  /** Makes a key that is published nowhere. */
  readonly foreign: () => Promise<ServerKey>
}

type Fields = Record<string, unknown>

/** What a server does wrong, or differently, in one module. What is absent it does right. */
export interface Deviation {
  readonly metadata?: (right: Fields) => Fields
  readonly callback?: (right: URLSearchParams) => void
  readonly claims?: (right: JWTPayload) => JWTPayload
  readonly sign?: (claims: JWTPayload, signing: Signing) => Promise<string>
  readonly userinfo?: (right: Fields) => Fields
  /** Publishes a second key of the same kind. */
  readonly twoKeys?: boolean
  /** A new key signs from each id_token on: published in the place of the one before. */
  readonly rotates?: boolean
  /** What a client must not ask for any more once it has met the deviation. */
  readonly forbids?: 'authorize' | 'token' | 'claims'
  readonly answer?: (right: Fields) => Fields
}

const without = (name: string) => (right: Fields) =>
  Object.fromEntries(Object.entries(right).filter(([field]) => field !== name))
const claim = (change: JWTPayload | ((right: JWTPayload) => JWTPayload)): Deviation => ({
  claims: (right) => (typeof change === 'function' ? change(right) : { ...right, ...change }),
  forbids: 'claims',
})
const withoutClaim = (name: string): Deviation => claim((right) => without(name)(right) as JWTPayload)
const signedBy = (sign: Deviation['sign'] & {}): Deviation => ({ sign, forbids: 'claims' })
const noKid = (claims: JWTPayload, { key }: Signing): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: key.alg }).sign(key.privateKey)

const unsigned = signedBy(async (claims) => new UnsecuredJWT(claims).encode())
const foreign = signedBy(async (claims, { key, foreign: other }) =>
  new SignJWT(claims).setProtectedHeader({ alg: key.alg, kid: key.kid }).sign((await other()).privateKey),
)
const otherNonce = claim((right) => ({ ...right, nonce: `${right['nonce']}x` }))
/** OpenID Connect Core §3.1.3.6, for an id_token that is signed with a SHA-256 algorithm. */
const halfHash = (value: string): string =>
  createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url')
const seconds = (): number => Math.floor(Date.now() / 1000)

/** The negative and the special cases that the suite documents, by the module's name after `client-test-`. */
export const deviations: Readonly<Record<string, Deviation>> = {
  'happy-path': {},
  'client-secret-basic': {},
  'scope-userinfo-claims': {},
  'idtoken-sig-rs256': {},
  'discovery-issuer-mismatch': {
    metadata: (right) => ({ ...right, issuer: `${right['issuer']}other` }),
    forbids: 'authorize',
  },
  'invalid-authorization-response-iss': {
    callback: (right) => right.set('iss', 'https://evil.example/'),
    forbids: 'token',
  },
  'remove-authorization-response-iss': { callback: (right) => right.delete('iss'), forbids: 'token' },
  'ensure-authorization-response-with-invalid-state-fails': {
    callback: (right) => right.set('state', `${right.get('state')}x`),
    forbids: 'token',
  },
  'ensure-authorization-response-with-invalid-missing-state-fails': {
    callback: (right) => right.delete('state'),
    forbids: 'token',
  },
  'invalid-iss': claim({ iss: 'https://evil.example/' }),
  'invalid-missing-iss': withoutClaim('iss'),
  'invalid-aud': claim({ aud: 'another-client' }),
  'invalid-missing-aud': withoutClaim('aud'),
  'invalid-secondary-aud': claim((right) => ({ ...right, aud: [String(right.aud), 'another-client'] })),
  'invalid-azp': claim((right) => ({ ...right, aud: [String(right.aud), 'another-client'], azp: 'another-client' })),
  'valid-azp': { claims: (right) => ({ ...right, azp: String(right.aud) }) },
  'valid-athash': { claims: (right) => ({ ...right, at_hash: halfHash('an-access-token') }) },
  'invalid-athash': claim({ at_hash: halfHash('another-access-token') }),
  'invalid-chash': claim({ c_hash: halfHash('another-code') }),
  'invalid-expired-exp': claim({ exp: seconds() - 300 }),
  'invalid-missing-exp': withoutClaim('exp'),
  'missing-iat': withoutClaim('iat'),
  'missing-sub': withoutClaim('sub'),
  'nonce-invalid': otherNonce,
  'invalid-nonce': otherNonce,
  'invalid-missing-nonce': withoutClaim('nonce'),
  'idtoken-sig-none': unsigned,
  'invalid-null-alg': unsigned,
  'invalid-sig-rs256': foreign,
  'invalid-signature': foreign,
  // RFC 8725 §2.1: the public key, which everybody knows, as the secret of a MAC.
  'sig-hs256-with-public-key': signedBy(async (claims, { key }) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: key.kid })
      .sign(new TextEncoder().encode(await exportSPKI(key.publicKey))),
  ),
  'kid-absent-single-jwks': { sign: noKid },
  'kid-absent-multiple-jwks': { sign: noKid, twoKeys: true, forbids: 'claims' },
  'signing-key-rotation': { rotates: true },
  'userinfo-invalid-sub': { userinfo: (right) => ({ ...right, sub: `${right['sub']}x` }) },
  'no-scope-in-token-endpoint-response': { answer: without('scope') },
  'token-endpoint-response-without-expires_in': { answer: without('expires_in') },
  'token-type-case-insensitivity': {
    answer: (right) => ({ ...right, token_type: String(right['token_type']).toUpperCase() }),
  },
}
