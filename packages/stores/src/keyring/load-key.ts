import { type KeyObject, randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, open, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { OAuthError } from '@evergrant/core'
import { fileFailure, systemCode } from '../file/failure.ts'
import { keyFromText } from './key-from-text.ts'

/** Where a sealing key is. */
export interface LoadKeyOptions {
  /** Path of the key file. */
  readonly file: string
  /** Whether to make a key when there is no such file. Default true. */
  readonly create?: boolean | undefined
}

/**
 * The sealing key in a file; when there is none, a new random one is written first (mode 0600, its folder 0700,
 * synced). Two processes that start at once end up with the same key.
 *
 * Throws `INVALID_SETTING` when other users may read the file or it holds no key, and `STORE_UNAVAILABLE` or
 * `STORE_READ_ONLY` when it cannot be read or made.
 */
export async function loadKey({ file, create = true }: LoadKeyOptions): Promise<KeyObject> {
  const path = resolve(file)
  const found = await read(path)
  if (found !== undefined) return found
  if (!create) throw new OAuthError('STORE_UNAVAILABLE', `There is no sealing key at ${path}.`)
  await make(path)
  const made = await read(path)
  if (made !== undefined) return made
  throw new OAuthError('STORE_UNAVAILABLE', `The sealing key at ${path} vanished while it was made.`)
}

async function read(path: string): Promise<KeyObject | undefined> {
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
  return keyFromText(text, `The sealing key in ${path}`)
}

/** Complete under another name first, then linked, which fails when somebody was faster: nobody reads half a key. */
async function make(path: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(`${randomBytes(32).toString('base64')}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(draft, path).catch((error: unknown) => {
      if (systemCode(error) !== 'EEXIST') throw error
    })
    if (process.platform === 'win32') return
    const folder = await open(dirname(path), 'r')
    await folder.sync().finally(() => folder.close())
  } catch (error) {
    throw fileFailure(error, path, 'write')
  } finally {
    await rm(draft, { force: true })
  }
}
