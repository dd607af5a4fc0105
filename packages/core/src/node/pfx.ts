import { createDecipheriv, createHash, pbkdf2Sync } from 'node:crypto'
import {
  contentOf,
  type DerElement,
  derElements,
  INTEGER,
  inside,
  OCTET_STRING,
  objectIdentifier,
  SEQUENCE,
} from '../client/der.ts'
import { isOAuthError, OAuthError } from '../errors.ts'

/** What a PFX file holds, in DER. */
export interface PfxContent {
  readonly keys: readonly { readonly bytes: Uint8Array; readonly encrypted: boolean }[]
  readonly certificates: readonly Uint8Array[]
}

const DATA = '1.2.840.113549.1.7.1'
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6'
const KEY_BAG = '1.2.840.113549.1.12.10.1.1'
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2'
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3'
const EXPLICIT_0 = 0xa0

/**
 * Opens the envelopes of a PFX file (RFC 7292 §4). Keys stay as they are: OpenSSL opens them. The file's own checksum
 * is not verified: a wrong passphrase shows at the key, and a certificate that does not belong to it at the provider.
 */
export function openPfx(pfx: Uint8Array, passphrase: string): PfxContent {
  const [, authSafe] = inside(derElements(pfx)[0], SEQUENCE)
  const [kind, wrapped] = inside(authSafe, SEQUENCE)
  if (objectIdentifier(kind) !== DATA) throw unknown('signed with a public key')
  const safe = contentOf(inside(wrapped, EXPLICIT_0)[0], OCTET_STRING)
  const bags = inside(derElements(safe)[0], SEQUENCE).flatMap((info) => bagsOf(info, passphrase))
  const certificates = bags
    .filter(({ kind }) => kind === CERTIFICATE_BAG)
    .map(({ value }) => contentOf(inside(inside(value, SEQUENCE)[1], EXPLICIT_0)[0], OCTET_STRING))
  const keys = bags
    .filter(({ kind }) => kind === KEY_BAG || kind === SHROUDED_KEY_BAG)
    .map(({ kind, value }) => ({ bytes: value.whole, encrypted: kind === SHROUDED_KEY_BAG }))
  return { keys, certificates }
}

interface Bag {
  readonly kind: string
  readonly value: DerElement
}

function bagsOf(info: DerElement, passphrase: string): Bag[] {
  const [kind, wrapped] = inside(info, SEQUENCE)
  const type = objectIdentifier(kind)
  const [content] = inside(wrapped, EXPLICIT_0)
  let bags: Uint8Array
  if (type === DATA) bags = contentOf(content, OCTET_STRING)
  else if (type === ENCRYPTED_DATA) {
    const [, algorithm, encrypted] = inside(inside(content, SEQUENCE)[1], SEQUENCE)
    bags = decrypted(algorithm, contentOf(encrypted, 0x80), passphrase)
  } else throw unknown(`content ${type}`)
  return inside(derElements(bags)[0], SEQUENCE).flatMap((bag) => {
    const [bagKind, explicit] = inside(bag, SEQUENCE)
    const [value] = inside(explicit, EXPLICIT_0)
    return value === undefined ? [] : [{ kind: objectIdentifier(bagKind), value }]
  })
}

const CIPHERS: Readonly<Record<string, { readonly name: string; readonly keyLength: number }>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyLength: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyLength: 24 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyLength: 32 },
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyLength: 24 },
}
const DIGESTS: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
}

function decrypted(algorithm: DerElement | undefined, content: Uint8Array, passphrase: string): Uint8Array {
  const [kind, parameters] = inside(algorithm, SEQUENCE)
  const scheme = objectIdentifier(kind)
  try {
    if (scheme === '1.2.840.113549.1.5.13') return pbes2(inside(parameters, SEQUENCE), content, passphrase)
    if (scheme !== '1.2.840.113549.1.12.1.3') throw unknown(`encryption ${scheme}`)
    const [salt, iterations] = inside(parameters, SEQUENCE)
    const derive = (id: number, length: number): Buffer =>
      pkcs12Derive(id, passphrase, contentOf(salt, OCTET_STRING), integer(iterations), length)
    return deciphered('des-ede3-cbc', derive(1, 24), derive(2, 8), content)
  } catch (cause) {
    if (isOAuthError(cause)) throw cause
    throw new OAuthError('INVALID_KEY', 'The PFX file could not be opened: the passphrase is wrong.', { cause })
  }
}

/** RFC 8018 §6.2: PBKDF2 for the key, then a block cipher. */
function pbes2([derivation, encryption]: DerElement[], content: Uint8Array, passphrase: string): Uint8Array {
  const [, derivationParameters] = inside(derivation, SEQUENCE)
  const [salt, iterations, ...rest] = inside(derivationParameters, SEQUENCE)
  const named = rest.find(({ tag }) => tag === SEQUENCE)
  const digest = named === undefined ? 'sha1' : DIGESTS[objectIdentifier(inside(named, SEQUENCE)[0])]
  const [cipherKind, iv] = inside(encryption, SEQUENCE)
  const cipher = CIPHERS[objectIdentifier(cipherKind)]
  if (digest === undefined || cipher === undefined) throw unknown(`cipher ${objectIdentifier(cipherKind)}`)
  const key = pbkdf2Sync(passphrase, contentOf(salt, OCTET_STRING), integer(iterations), cipher.keyLength, digest)
  return deciphered(cipher.name, key, contentOf(iv, OCTET_STRING), content)
}

function deciphered(name: string, key: Uint8Array, iv: Uint8Array, content: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(name, key, iv)
  return Buffer.concat([decipher.update(content), decipher.final()])
}

/** RFC 7292 appendix B.2 with SHA-1, for the files of older systems. `id`: 1 for a key, 2 for an initial vector. */
function pkcs12Derive(id: number, passphrase: string, salt: Uint8Array, iterations: number, length: number): Buffer {
  const block = 64
  const password = Buffer.from(`${passphrase}\0`, 'utf16le').swap16()
  const diversifier = Buffer.alloc(block, id)
  let material = Buffer.concat([filled(salt, block), filled(password, block)])
  let output = Buffer.alloc(0)
  while (output.length < length) {
    let digest = createHash('sha1').update(diversifier).update(material).digest()
    for (let round = 1; round < iterations; round++) digest = createHash('sha1').update(digest).digest()
    output = Buffer.concat([output, digest])
    const increment = BigInt(`0x${Buffer.from(filled(digest, block)).subarray(0, block).toString('hex')}`) + 1n
    const next = Buffer.alloc(material.length)
    for (let at = 0; at < material.length; at += block) {
      const sum = BigInt(`0x${material.subarray(at, at + block).toString('hex')}`) + increment
      next.set(
        Buffer.from(
          BigInt.asUintN(block * 8, sum)
            .toString(16)
            .padStart(block * 2, '0'),
          'hex',
        ),
        at,
      )
    }
    material = next
  }
  return output.subarray(0, length)
}

/** Repeated to a multiple of the block; nothing stays nothing. */
function filled(bytes: Uint8Array, block: number): Uint8Array {
  const length = Math.ceil(bytes.length / block) * block
  return Uint8Array.from({ length }, (_, index) => bytes[index % bytes.length] ?? 0)
}

function integer(element: DerElement | undefined): number {
  const value = contentOf(element, INTEGER).reduce((sum, byte) => sum * 256 + byte, 0)
  // A file must not be able to keep the machine busy for minutes.
  if (value > 10_000_000) throw unknown(`${value} iterations`)
  return value
}

function unknown(what: string): OAuthError {
  return new OAuthError(
    'INVALID_KEY',
    `The PFX file has a form that is not known here: ${what}. Export it with AES-256.`,
  )
}
