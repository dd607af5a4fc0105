import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { pemBlocks } from '../client/pem.ts'
import { type SigningKey, type SigningKeyDetails, signingKey } from '../client/signing-key.ts'
import { OAuthError } from '../errors.ts'
import { openPfx } from './pfx.ts'

/** What goes with a private key that may be protected. */
export interface EncryptedKeyDetails extends SigningKeyDetails {
  readonly passphrase?: string | undefined
}

/**
 * Reads a private key in any PEM form that Node's OpenSSL knows, with its passphrase. Everything else as
 * `signingKeyFromPem` of `@evergrant/core`. Throws `INVALID_KEY`.
 */
export async function signingKeyFromPem(pem: string, details: EncryptedKeyDetails = {}): Promise<SigningKey> {
  const { passphrase, certificate, ...rest } = details
  const blocks = pemBlocks(certificate ?? pem)
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE').map(({ bytes }) => bytes)
  if (certificate !== undefined && certificates.length === 0)
    throw new OAuthError('INVALID_KEY', 'There is no CERTIFICATE block in the given certificate.')
  const key = opened(() =>
    createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) }),
  )
  return signingKey(plain(key), certificates, rest)
}

/**
 * Reads a private key and its certificates from a PFX file (PKCS#12, RFC 7292), `.pfx` or `.p12`: as certificate
 * stores and key vaults export them. Throws `INVALID_KEY`.
 *
 * @example
 * ```ts
 * import { PrivateKeyJwt } from '@evergrant/core'
 * import { signingKeyFromPfx } from '@evergrant/core/node'
 *
 * const authentication = (pfx: Uint8Array, passphrase: string) =>
 *   PrivateKeyJwt(() => signingKeyFromPfx(pfx, { passphrase, x5c: true }))
 * ```
 */
export async function signingKeyFromPfx(pfx: Uint8Array, details: EncryptedKeyDetails = {}): Promise<SigningKey> {
  const { passphrase = '', certificate: _, ...rest } = details
  const { keys, certificates } = openPfx(pfx, passphrase)
  const [bag] = keys
  if (bag === undefined) throw new OAuthError('INVALID_KEY', 'The PFX file holds no private key.')
  const key = opened(() =>
    createPrivateKey({
      key: Buffer.from(bag.bytes),
      format: 'der',
      type: 'pkcs8',
      ...(bag.encrypted ? { passphrase } : {}),
    }),
  )
  const own = certificates.findIndex((one) => belongs(one, key))
  const chain = own < 0 ? certificates : [...certificates.slice(own, own + 1), ...certificates.toSpliced(own, 1)]
  return signingKey(
    plain(key),
    chain.map((one) => new Uint8Array(one)),
    rest,
  )
}

function belongs(certificate: Uint8Array, key: KeyObject): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(key)
  } catch (cause) {
    throw new OAuthError('INVALID_KEY', 'A certificate in the PFX file is damaged.', { cause })
  }
}

function opened(open: () => KeyObject): KeyObject {
  try {
    return open()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    const words = /PASSPHRASE|INTERRUPTED/i.test(code)
      ? 'it needs a passphrase, and none was given'
      : /BAD_DECRYPT|CIPHERFINAL|BAD_PASSWORD/i.test(code)
        ? 'the passphrase is wrong'
        : 'it is damaged, the passphrase is wrong, or its kind is not known here'
    throw new OAuthError('INVALID_KEY', `The private key could not be opened: ${words}${code && ` (${code})`}.`, {
      cause,
    })
  }
}

function plain(key: KeyObject): Uint8Array<ArrayBuffer> {
  return new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))
}
