import { parse } from 'yaml'
import { invalidDocument } from '../description/invalid-document.ts'

/** Bytes. The largest public documents have half of it; YAML of this size takes a minute and gigabytes already. */
const LARGEST = 64 * 1024 * 1024

/**
 * An OpenAPI document from its text or bytes, JSON or YAML. Bytes are UTF-8, or UTF-16 where a byte order mark says so.
 * Aliases of YAML are limited in number, so that a small file cannot become a huge document.
 *
 * Throws `INVALID_DOCUMENT`, with line and column, for what is neither JSON nor YAML, is in another encoding, or has more
 * than 64 MiB.
 *
 * @example
 * ```ts
 * import { describeApi } from '@evergrant/sdk'
 * import { parseDocument } from '@evergrant/sdk/generate'
 *
 * const titleOf = (yaml: string) => describeApi(parseDocument(yaml)).title
 * ```
 */
export function parseDocument(given: string | Uint8Array): unknown {
  if (given.length > LARGEST) {
    const megabytes = Math.ceil(given.length / 1024 / 1024)
    throw invalidDocument([], `the document has ${megabytes} MiB, and no more than 64 are read.`)
  }
  const text = (typeof given === 'string' ? given : decoded(given)).trimStart()
  try {
    return text.startsWith('{') ? JSON.parse(text) : parse(text)
  } catch (cause) {
    const words = cause instanceof Error ? (cause.message.split('\n')[0] ?? '').replace(/[.:\s]+$/, '') : String(cause)
    throw invalidDocument([], `neither JSON nor YAML: ${words}.`)
  }
}

function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes
  // What a redirect in PowerShell writes.
  const utf16 =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : undefined
  try {
    return new TextDecoder(utf16 ?? 'utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw invalidDocument([], 'the text is not UTF-8; save it in that encoding.')
  }
}
