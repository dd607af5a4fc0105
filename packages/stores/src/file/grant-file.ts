import type { BigIntStats } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { counted, type Grant, OAuthError } from '@evergrant/core'
import { isObject, storedGrant } from '../stored-grant.ts'
import { fileFailure, systemCode } from './failure.ts'

const SCHEMA = 1

/** What a grant file holds. */
export interface GrantFile {
  readonly grants: ReadonlyMap<string, Grant>
  /** Fields beside the grants that somebody else put there; they are kept. */
  readonly others: Readonly<Record<string, unknown>>
  /** Permission bits and owner; undefined while there is no file. */
  readonly access: { readonly mode: number; readonly uid: number; readonly gid: number } | undefined
  /** Tells states of the file apart; undefined while there is none. */
  readonly state?: string | undefined
}

/** Reads the file; a missing one is empty. Throws `STORE_CORRUPT`, `STORE_UNAVAILABLE`. */
export async function readGrantFile(path: string, maxBytes: number): Promise<GrantFile> {
  let text: string
  let access: GrantFile['access']
  let state: string | undefined
  try {
    const file = await open(path, 'r')
    try {
      const found = await file.stat({ bigint: true })
      const size = Number(found.size)
      if (size > maxBytes) throw tooLarge(path, size, maxBytes)
      access = { mode: Number(found.mode) & 0o777, uid: Number(found.uid), gid: Number(found.gid) }
      state = stateOf(found)
      text = new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile())
    } finally {
      await file.close()
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { grants: new Map(), others: {}, access: undefined }
    if (error instanceof TypeError) throw corrupt(path, 'it is not UTF-8 text', error)
    throw fileFailure(error, path, 'read')
  }
  return { ...parsedGrantFile(text, path), access, state }
}

/** The state of the file by now, to compare with that of a {@link GrantFile}. */
export async function fileState(path: string): Promise<string | undefined> {
  try {
    return stateOf(await stat(path, { bigint: true }))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function stateOf({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs].join(' ')
}

/** The text of a grant file. */
export function grantFileText(file: Pick<GrantFile, 'grants' | 'others'>): string {
  return `${JSON.stringify({ schema: SCHEMA, ...file.others, grants: Object.fromEntries(file.grants) }, null, 2)}\n`
}

/** What a file above the size limit is refused with. */
export function tooLarge(path: string, bytes: number, maxBytes: number): OAuthError {
  const message = `${path} has or would have ${counted(bytes, 'byte')}; a file store holds up to ${maxBytes}. Use a sqlite: store.`
  return new OAuthError('STORE_UNAVAILABLE', message)
}

/** The grants in a text. Throws `STORE_CORRUPT`, repeating nothing of it. */
export function parsedGrantFile(text: string, path: string): Pick<GrantFile, 'grants' | 'others'> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's own words quote the text, which holds tokens: they are not passed on.
    throw corrupt(path, text.trim() === '' ? 'it is empty' : 'it is not JSON; it may have been cut off or edited')
  }
  if (!isObject(value)) throw corrupt(path, 'it is not a JSON object')
  const { schema, grants, ...others } = value
  if (schema !== SCHEMA) {
    if (typeof schema === 'number') throw corrupt(path, `it has schema ${schema}, this version reads ${SCHEMA}`)
    throw corrupt(path, 'it has no schema. What another program wrote, `evergrant import` takes over')
  }
  if (!isObject(grants)) throw corrupt(path, 'it has no grants')
  const entries = Object.entries(grants).map(([id, one]): [string, Grant] => [id, storedGrant(one, id, path)])
  return { grants: new Map(entries), others }
}

function corrupt(path: string, why: string, cause?: unknown): OAuthError {
  const message = `${path} is not a grant file that can be read: ${why}.`
  return new OAuthError('STORE_CORRUPT', message, cause === undefined ? {} : { cause })
}
