import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose'

/** How id_tokens are signed: RSA, which OpenID Connect requires of every server, or the faster elliptic curve P-256. */
export type SigningAlgorithm = 'RS256' | 'ES256'

interface SigningKey {
  readonly kid: string
  readonly privateKey: CryptoKey | Uint8Array
  readonly privateJwk: JWK
  readonly publicJwk: JWK
}

/** The keys that sign id_tokens. The newest signs; older ones stay published so that what they signed still verifies. */
export class SigningKeys {
  readonly algorithm: SigningAlgorithm
  #keys: Promise<SigningKey[]> | undefined
  #made = 0

  constructor(algorithm: SigningAlgorithm) {
    this.algorithm = algorithm
  }

  async jwks(): Promise<{ keys: JWK[] }> {
    return { keys: (await this.#all()).map((key) => key.publicJwk) }
  }

  async sign(claims: JWTPayload): Promise<string> {
    const key = (await this.#all()).at(-1)
    if (key === undefined) throw new Error('The sandbox has no signing key')
    return new SignJWT(claims)
      .setProtectedHeader({ alg: this.algorithm, kid: key.kid, typ: 'JWT' })
      .sign(key.privateKey)
  }

  /** Makes a new key and signs with it from now on. */
  async rotate(): Promise<void> {
    const all = this.#all()
    this.#keys = all.then(async (keys) => [...keys, await this.#make()])
    await this.#keys
  }

  // An RSA key takes a noticeable part of a second, and most tests need none: the first is made when first asked for.
  #all(): Promise<SigningKey[]> {
    this.#keys ??= this.#make().then((key) => [key])
    return this.#keys
  }

  async #make(): Promise<SigningKey> {
    this.#made += 1
    const { privateKey } = await generateKeyPair(this.algorithm, { extractable: true })
    const jwk = { ...(await exportJWK(privateKey)), kid: `sandbox-${this.#made}`, use: 'sig', alg: this.algorithm }
    return signingKey(jwk)
  }

  /** The private keys; none when no key was needed so far. */
  async dump(): Promise<JWK[]> {
    return ((await this.#keys) ?? []).map((key) => key.privateJwk)
  }

  /** Takes keys kept earlier, save those of another algorithm. */
  load(keys: readonly JWK[]): void {
    const usable = keys.filter((key) => key.alg === this.algorithm)
    if (usable.length === 0) return
    this.#made = keys.length
    this.#keys = Promise.all(usable.map(signingKey))
  }
}

async function signingKey(privateJwk: JWK): Promise<SigningKey> {
  const { d, p, q, dp, dq, qi, oth, ...publicJwk } = privateJwk
  return { kid: privateJwk.kid ?? '', privateKey: await importJWK(privateJwk), privateJwk, publicJwk }
}
