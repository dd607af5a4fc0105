import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { OAuthError, type SigningAlgorithm, type SigningKey } from '@evergrant/core'
import { type CertificateOptions, signingKeyFromPem, signingKeyFromPfx } from '@evergrant/core/node'
import { givenFile, givenSecret } from './given-file.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/** The client's private key: where it is, and what the provider knows it by. Paths are absolute; no secret is in here. */
export interface ClientKeySettings {
  /** PEM, JWK (or a JWK set) or PFX. */
  readonly file?: string | undefined
  /** PEM, the chain after it. */
  readonly certificate?: string | undefined
  readonly kid?: string | undefined
  readonly alg?: SigningAlgorithm | undefined
  /** Hex, SHA-1 or SHA-256. */
  readonly thumbprint?: string | undefined
  readonly x5c?: boolean | undefined
  readonly passphrase_file?: string | undefined
}

/** Algorithms to sign with; the names of RFC 7518. */
export const SIGNING_ALGORITHMS: readonly SigningAlgorithm[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
]

/** The files of a key, read. */
export interface ClientKey {
  /** For signed assertions (`private_key_jwt`). Throws `INVALID_KEY`. */
  signing(): Promise<SigningKey>
  /** For client certificates (`tls_client_auth`). Throws `INVALID_KEY`. */
  tls(): CertificateOptions
}

/** Where the passphrase of a protected key may stand, so that it is on no command line. */
export const PASSPHRASE = 'EVERGRANT_CLIENT_KEY_PASSPHRASE'

/** Reads the files of the key, or of the certificate alone. */
export async function clientKey(
  settings: ClientKeySettings,
  { env, cwd, terminal }: { env: Readonly<Record<string, string | undefined>>; cwd: string; terminal: Terminal },
): Promise<ClientKey> {
  const { file, kid, alg, thumbprint, x5c, passphrase_file } = settings
  if (file === undefined) {
    throw new UsageError("The client's private key is missing.", 'Give --client-key-file <path>: PEM, JWK or PFX.')
  }
  const bytes = await givenFile('--client-key-file', file, cwd)
  const certificate =
    settings.certificate === undefined
      ? undefined
      : (await givenFile('--client-cert-file', settings.certificate, cwd)).toString('utf8')
  const passphrase =
    passphrase_file === undefined
      ? env[PASSPHRASE] || undefined
      : await givenSecret('--client-key-passphrase-file', passphrase_file, cwd)
  terminal.conceal(passphrase)
  const given = { kid, thumbprint, x5c, passphrase, certificate }
  const text = bytes.toString('utf8').trim()
  if (!text.startsWith('{') && !text.includes('-----BEGIN')) {
    const pfx = new Uint8Array(bytes)
    return {
      signing: () => signingKeyFromPfx(pfx, { ...given, alg }),
      tls: () => usable({ pfx, passphrase }),
    }
  }
  const key = text.startsWith('{') ? fromJwk(text, file, kid) : { pem: text, kid, alg: undefined }
  return {
    signing: () => signingKeyFromPem(key.pem, { ...given, kid: key.kid, alg: alg ?? key.alg }),
    tls: () => {
      const cert = certificate ?? (text.includes('-----BEGIN CERTIFICATE-----') ? text : undefined)
      if (cert === undefined) {
        throw new UsageError('The certificate of the client is missing.', 'Give --client-cert-file <path>, in PEM.')
      }
      return usable({ key: key.pem, cert, passphrase })
    },
  }
}

/** Refused here, before anybody is asked for anything, and not by the first connection. */
function usable(options: CertificateOptions): CertificateOptions {
  const { pfx, cert, key, passphrase } = options
  const protection = passphrase === undefined ? {} : { passphrase }
  try {
    createSecureContext({ ...protection, cert, key, ...(pfx === undefined ? {} : { pfx: Buffer.from(pfx) }) })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new OAuthError('INVALID_KEY', `The client's key and certificate cannot be used for a connection: ${why}.`, {
      cause,
    })
  }
  // The connection would silently go without a certificate that belongs to a key of another kind.
  if (cert === undefined || key === undefined) return options
  if (new X509Certificate(cert).checkPrivateKey(createPrivateKey({ key, ...protection }))) return options
  throw new OAuthError('INVALID_KEY', 'The certificate of the client belongs to another key than the one given.')
}

/** A private key as JSON Web Key (RFC 7517), or the one of a set that is named or the only one. */
function fromJwk(text: string, file: string, kid: string | undefined) {
  const refused = (why: string, cause?: unknown): OAuthError =>
    new OAuthError('INVALID_KEY', `${file} is no private key as JWK: ${why}.`, { cause })
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch (cause) {
    // The parser's own words quote the text.
    throw refused('it is not JSON', cause instanceof Error ? cause.name : undefined)
  }
  const set = (read as { keys?: unknown }).keys
  const keys = (Array.isArray(set) ? set : [read]) as readonly Record<string, unknown>[]
  const own = keys.filter((one) => typeof one?.['d'] === 'string')
  const [found, ...others] =
    kid === undefined ? own : [...own.filter((one) => one['kid'] === kid), ...(own.length === 1 ? own : [])]
  if (found === undefined)
    throw refused(own.length === 0 ? 'it has no private part (d)' : `no key in it is named ${kid}`)
  if (kid === undefined && others.length > 0) {
    throw new UsageError(`${file} holds ${own.length} private keys.`, 'Say which one with --client-key-id <kid>.')
  }
  try {
    const pem = createPrivateKey({ key: found, format: 'jwk' }).export({ format: 'pem', type: 'pkcs8' }).toString()
    const named = found['kid']
    const alg = SIGNING_ALGORITHMS.find((one) => one === found['alg'])
    return { pem, kid: kid ?? (typeof named === 'string' ? named : undefined), alg }
  } catch (cause) {
    throw refused('its numbers do not belong together', cause instanceof Error ? cause.name : undefined)
  }
}
