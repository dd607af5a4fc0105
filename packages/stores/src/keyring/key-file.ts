import { randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Clock, type Keys, OAuthError, systemClock } from '@evergrant/core'
import { fileFailure, systemCode } from '../file/failure.ts'
import { FolderLock } from '../file/folder-lock.ts'
import { keysFromText } from './keys-from-text.ts'

/** Where a sealing key is. */
export interface LoadKeysOptions {
  /** Path of the key file. */
  readonly file: string
  /** Whether to make a key when there is no such file. Default true. */
  readonly create?: boolean | undefined
}

/**
 * The sealing keys in a file: one in a line, the one that seals first; lines that begin with `#` are comments. A line is
 * a key (32 random bytes in hex, base64 or base64url), or the address of one that is elsewhere: `command:…`,
 * `aws-kms:…`. When there is no such file, a new random key is written first (mode 0600, its folder 0700, synced). Two
 * processes that start at once end up with the same key.
 *
 * Throws `INVALID_SETTING` when other users may read the file or it holds no key, `KEY_UNAVAILABLE` when there is none and
 * none is to be made, and `STORE_UNAVAILABLE` or `STORE_READ_ONLY` when it cannot be read or made.
 */
export async function loadKeys({ file, create = true }: LoadKeysOptions): Promise<Keys> {
  const path = resolve(file)
  const found = await read(path)
  if (found !== undefined) return found
  if (!create) throw new OAuthError('KEY_UNAVAILABLE', `There is no sealing key at ${path}.`)
  await make(path)
  const made = await read(path)
  if (made !== undefined) return made
  throw new OAuthError('KEY_UNAVAILABLE', `The sealing key at ${path} vanished while it was made.`)
}

/**
 * Puts a new random key at the head of a key file, so that it seals from now on and the others open; a file that is not
 * there is made. Atomic, also between processes: no key is ever lost. Resolves with the keys as they are then.
 *
 * Throws as {@link loadKeys}.
 */
export async function addKey(file: string, clock: Clock = systemClock): Promise<Keys> {
  const path = resolve(file)
  if ((await read(path)) === undefined && (await make(path))) return loadKeys({ file, create: false })
  const lock = await FolderLock.take(path, { clock, staleAfter: 5, deadline: 10 }).catch((error: unknown) => {
    throw fileFailure(error, path, 'write')
  })
  try {
    // Understood before it is changed: a file that holds something else is left as it is.
    await loadKeys({ file, create: false })
    const text = await readFile(path, 'utf8')
    await lock.replace(path, `${newKeyText()}\n${text}`, undefined)
    await syncFolder(dirname(path))
  } catch (error) {
    throw fileFailure(error, path, 'write')
  } finally {
    await lock.release()
  }
  return loadKeys({ file, create: false })
}

/** The text of a new random key: 32 bytes in base64, as `EVERGRANT_KEY` and key files have it. */
export function newKeyText(): string {
  return randomBytes(32).toString('base64')
}

async function read(path: string): Promise<Keys | undefined> {
  let text: string
  try {
    const file = await open(path, 'r')
    try {
      const { mode } = await file.stat()
      if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
        const message = `The sealing key ${path} may be read by other users (mode ${(mode & 0o777).toString(8)}). Run: chmod 600 ${path}`
        throw new OAuthError('INVALID_SETTING', message)
      }
      text = await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw fileFailure(error, path, 'read')
  }
  return keysFromText(text, `The sealing key in ${path}`)
}

/**
 * Complete under another name first, then linked, which fails when somebody was faster: nobody reads half a key. Whether
 * the key is ours.
 */
async function make(path: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(`${newKeyText()}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    const ours = await link(draft, path).then(
      () => true,
      (error: unknown) => {
        if (systemCode(error) !== 'EEXIST') throw error
        return false
      },
    )
    await syncFolder(dirname(path))
    return ours
  } catch (error) {
    throw fileFailure(error, path, 'write')
  } finally {
    await rm(draft, { force: true })
  }
}

/** A link or a rename is durable only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}
