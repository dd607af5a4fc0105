import { randomUUID } from 'node:crypto'
import { mkdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { OAuthError } from '@evergrant/core'

/**
 * The folder's absolute path, after it was made (mode 0700) where it was missing, and written to once.
 *
 * Throws `INVALID_SETTING` in words about EVERGRANT_DATA_DIR. Nothing but the folder is left behind.
 */
export function openDataFolder(given: string): string {
  const folder = resolve(given)
  try {
    for (const missing of missingFolders(folder)) make(missing)
    // Permissions do not tell everything: the disk may be read-only, or not a disk at all.
    const probe = join(folder, `.writable-${randomUUID()}`)
    writeFileSync(probe, '', { flag: 'wx', mode: 0o600 })
    unlinkSync(probe)
    return folder
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException
    const why = WORDS[code] ?? message
    const words = `EVERGRANT_DATA_DIR is "${given}", and ${folder} cannot be used: ${why}. Name a folder that this program may write, for example ./data.`
    throw new OAuthError('INVALID_SETTING', words, { cause })
  }
}

/** Outermost first. Made one by one: `recursive` never comes back where a folder exists in which nothing can be made. */
function missingFolders(folder: string): string[] {
  const missing: string[] = []
  for (let at = folder; statSync(at, { throwIfNoEntry: false }) === undefined; at = dirname(at)) missing.unshift(at)
  return missing
}

function make(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Another server that starts at this moment made it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'the user that runs this program may not write there',
  EPERM: 'the user that runs this program may not write there',
  EROFS: 'it is on a read-only file system',
  ENOTDIR: 'a file is in the way',
  ENOENT: 'no folder can be made there',
  ENOSPC: 'the disk is full',
}
