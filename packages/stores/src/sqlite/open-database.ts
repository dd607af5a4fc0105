import { accessSync, chmodSync, closeSync, constants, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { OAuthError } from '@evergrant/core'
import { fileFailure } from '../file/failure.ts'
import { isBusy } from './failure.ts'

/**
 * Opens or makes a database file that only its owner may read, with a write-ahead log whose commits survive a power
 * cut. SQLite gives the log and its index the mode of the file.
 */
export function openDatabase(path: string, onWarning: ((message: string) => void) | undefined): DatabaseSync {
  if (path !== ':memory:') secure(path, onWarning)
  // Short, as the wait blocks this thread; longer waits are ours and do not.
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: 10 })
    const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']
    database.exec('PRAGMA synchronous = FULL')
    if (mode !== 'wal' && path !== ':memory:') {
      throw new OAuthError('STORE_UNAVAILABLE', `${path} does not take a write-ahead log (it stays ${String(mode)}).`)
    }
    return database
  } catch (error) {
    database?.close()
    if (!isBusy(error) && path !== ':memory:') assertWritable(dirname(resolve(path)), path)
    throw error
  }
}

/** The log and its index lie beside the database, and are needed to read it too. SQLite itself says only that it cannot. */
function assertWritable(folder: string, path: string): void {
  try {
    accessSync(folder, constants.W_OK)
  } catch (cause) {
    const message = `${path} cannot be opened: SQLite has to write its log beside it, and that folder may not be written.`
    throw new OAuthError('STORE_READ_ONLY', message, { cause })
  }
}

/** Closes the file to others, in words. Only its owner can; who may merely use it goes on. */
function closed(path: string): string {
  try {
    chmodSync(path, 0o600)
    return '; it is 600 now'
  } catch {
    return ', and only its owner can change that'
  }
}

/**
 * Which file a path leads to at the moment; undefined where that cannot be told or does not matter. A database that was
 * deleted or replaced stays usable to those who have it open, but what they write is lost.
 */
export function fileIdentity(path: string): string | undefined {
  if (path === ':memory:' || process.platform === 'win32') return undefined
  const { dev, ino } = statSync(path, { throwIfNoEntry: false }) ?? {}
  return `${dev} ${ino}`
}

function secure(path: string, onWarning: ((message: string) => void) | undefined): void {
  const file = resolve(path)
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    // Made here, since SQLite would make it readable for all.
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
    if (process.platform === 'win32') return
    for (const one of [file, `${file}-wal`, `${file}-shm`].filter((name) => existsSync(name))) {
      const { mode } = statSync(one)
      if ((mode & 0o077) === 0) continue
      onWarning?.(`${one} may be read by other users (mode ${(mode & 0o777).toString(8)})${closed(one)}.`)
    }
  } catch (error) {
    throw fileFailure(error, file, 'write')
  }
}
