import { counted } from '../counted.ts'
import { OAuthError } from '../errors.ts'
import {
  der,
  derElements,
  INTEGER,
  inside,
  NULL,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  objectIdentifier,
  SEQUENCE,
} from './der.ts'
import { base64, base64url, type PemBlock, pemBlocks } from './pem.ts'

/** Algorithms that a client can sign with (RFC 7518 §3.1, RFC 8037). */
export type SigningAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'Ed25519'

/** A private key and how the provider recognises it: header parameters of RFC 7515 §4.1. */
export interface SigningKey {
  readonly key: CryptoKey
  readonly kid?: string | undefined
  /** SHA-1 thumbprint of the certificate, base64url. */
  readonly x5t?: string | undefined
  /** SHA-256 thumbprint of the certificate, base64url. */
  readonly 'x5t#S256'?: string | undefined
  /** The certificate and its chain, base64 of their DER. */
  readonly x5c?: readonly string[] | undefined
}

/** What goes with a private key. */
export interface SigningKeyDetails {
  /** Default: RS256 for RSA keys; the one of its curve for others. */
  readonly alg?: SigningAlgorithm | undefined
  /** The key's id at the provider. */
  readonly kid?: string | undefined
  /** The certificate in PEM, its chain after it. Default: the certificates that stand beside the key. */
  readonly certificate?: string | undefined
  /** The certificate's thumbprint as consoles show it (hex, SHA-1 or SHA-256), when the certificate is not at hand. */
  readonly thumbprint?: string | undefined
  /** Send the whole chain (`x5c`), for providers that trust an issuer and a subject name. Default false. */
  readonly x5c?: boolean | undefined
}

/**
 * Reads a private key in PEM: PKCS#8 (`PRIVATE KEY`), PKCS#1 (`RSA PRIVATE KEY`) or SEC1 (`EC PRIVATE KEY`), with the
 * certificate's thumbprints when a certificate stands beside it or is given. The key cannot be read out again.
 *
 * Throws `INVALID_KEY`, saying what is wrong. For passphrases and PFX there is `@evergrant/core/node`.
 *
 * @example
 * ```ts
 * import { defineClient, PrivateKeyJwt, type Provider, signingKeyFromPem } from '@evergrant/core'
 *
 * async function certified(provider: Provider, pem: string, certificate: string) {
 *   const key = await signingKeyFromPem(pem, { certificate })
 *   return defineClient({ provider, client_id: 'my-program', client_auth: PrivateKeyJwt(key) })
 * }
 * ```
 */
export async function signingKeyFromPem(pem: string, details: SigningKeyDetails = {}): Promise<SigningKey> {
  const blocks = pemBlocks(pem)
  const block = blocks.find(({ label }) => label.endsWith('PRIVATE KEY'))
  if (block === undefined) {
    const found = blocks.map(({ label }) => label).join(', ')
    const what = found === '' ? 'It is no PEM text (-----BEGIN …)' : `It holds ${found}`
    throw new OAuthError('INVALID_KEY', `There is no private key in the given text. ${what}.`)
  }
  if (block.encrypted) {
    const message =
      'The private key is protected by a passphrase. Read it with signingKeyFromPem of @evergrant/core/node.'
    throw new OAuthError('INVALID_KEY', message)
  }
  const beside = details.certificate === undefined ? blocks : pemBlocks(details.certificate)
  const certificates = beside.filter(({ label }) => label === 'CERTIFICATE').map(({ bytes }) => bytes)
  if (details.certificate !== undefined && certificates.length === 0)
    throw new OAuthError('INVALID_KEY', 'There is no CERTIFICATE block in the given certificate.')
  return signingKey(pkcs8(block), certificates, details)
}

/** A signing key from a PKCS#8 key and certificates in DER, the key's own one first. */
export async function signingKey(
  pkcs8Key: Uint8Array<ArrayBuffer>,
  certificates: readonly Uint8Array<ArrayBuffer>[],
  details: SigningKeyDetails = {},
): Promise<SigningKey> {
  const { kid, alg, thumbprint } = details
  const key = await imported(pkcs8Key, alg ?? usualAlgorithm(pkcs8Key))
  const [own] = certificates
  return {
    key,
    ...(kid === undefined ? {} : { kid }),
    ...(own === undefined ? {} : await thumbprints(own)),
    ...(thumbprint === undefined ? {} : givenThumbprint(thumbprint)),
    ...(details.x5c === true ? { x5c: certificates.map(base64) } : {}),
  }
}

const RSA = Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01)
const EC = Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01)

/** The block as PKCS#8 (RFC 5208 §5), the only form that WebCrypto takes: the older ones get its envelope. */
function pkcs8({ label, bytes }: PemBlock): Uint8Array<ArrayBuffer> {
  const enveloped = (algorithm: Uint8Array, parameters: Uint8Array): Uint8Array<ArrayBuffer> =>
    der(
      SEQUENCE,
      der(INTEGER, Uint8Array.of(0)),
      der(SEQUENCE, der(OBJECT_IDENTIFIER, algorithm), parameters),
      der(OCTET_STRING, bytes),
    )
  if (label === 'RSA PRIVATE KEY') return enveloped(RSA, der(NULL))
  if (label !== 'EC PRIVATE KEY') return bytes
  // RFC 5915 §3: the curve stands in context tag 0.
  const curve = inside(derElements(bytes)[0], SEQUENCE).find(({ tag }) => tag === 0xa0)
  if (curve === undefined) throw new OAuthError('INVALID_KEY', 'The EC private key does not name its curve.')
  return enveloped(EC, curve.content)
}

const ALGORITHMS: Readonly<Record<string, SigningAlgorithm>> = {
  '1.2.840.113549.1.1.1': 'RS256',
  '1.2.840.10045.3.1.7': 'ES256',
  '1.3.132.0.34': 'ES384',
  '1.3.132.0.35': 'ES512',
  '1.3.101.112': 'Ed25519',
}

function usualAlgorithm(pkcs8Key: Uint8Array): SigningAlgorithm {
  const [, algorithm] = inside(derElements(pkcs8Key)[0], SEQUENCE)
  const [kind, curve] = inside(algorithm, SEQUENCE)
  const name = objectIdentifier(kind) === '1.2.840.10045.2.1' ? objectIdentifier(curve) : objectIdentifier(kind)
  const alg = ALGORITHMS[name]
  if (alg === undefined) throw new OAuthError('INVALID_KEY', `Keys of the kind ${name} cannot sign client assertions.`)
  return alg
}

async function imported(pkcs8Key: Uint8Array<ArrayBuffer>, alg: SigningAlgorithm): Promise<CryptoKey> {
  const hash = `SHA-${alg.slice(-3)}`
  const algorithm =
    alg === 'Ed25519'
      ? { name: 'Ed25519' }
      : alg.startsWith('ES')
        ? { name: 'ECDSA', namedCurve: alg === 'ES512' ? 'P-521' : `P-${alg.slice(-3)}` }
        : { name: alg.startsWith('PS') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5', hash }
  try {
    return await crypto.subtle.importKey('pkcs8', pkcs8Key, algorithm, false, ['sign'])
  } catch (cause) {
    throw new OAuthError('INVALID_KEY', `The private key cannot be used for ${alg}.`, { cause })
  }
}

async function thumbprints(certificate: Uint8Array<ArrayBuffer>): Promise<Pick<SigningKey, 'x5t' | 'x5t#S256'>> {
  const digest = async (hash: string): Promise<string> =>
    base64url(new Uint8Array(await crypto.subtle.digest(hash, certificate)))
  return { x5t: await digest('SHA-1'), 'x5t#S256': await digest('SHA-256') }
}

function givenThumbprint(hex: string): Pick<SigningKey, 'x5t' | 'x5t#S256'> {
  const digits = hex.replace(/[\s:]/g, '')
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(digits)) {
    const message = `The thumbprint has ${counted(digits.length, 'character')}; it should be 40 (SHA-1) or 64 (SHA-256) hex digits.`
    throw new OAuthError('INVALID_KEY', message)
  }
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  return bytes.length === 20 ? { x5t: base64url(bytes) } : { 'x5t#S256': base64url(bytes) }
}
