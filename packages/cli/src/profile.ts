import { createHash, randomUUID } from 'node:crypto'
import { access, constants, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClientSettings } from './client-settings.ts'

/**
 * What a login was made with, so that `evergrant token --grant x` is enough afterwards. A grant records which
 * provider and client it belongs to, but not how to reach them; that is kept beside it, in the person's own
 * configuration folder. The client secret is in it only after `login --save-secret`.
 */
export interface Profile {
  readonly store: string
  readonly grant: string
  readonly settings: ClientSettings
  readonly client_secret?: string | undefined
}

/** The profiles of one person on one machine: a file each, so that two logins at once do not meet. */
export class Profiles {
  readonly #folder: string

  constructor(configFolder: string) {
    this.#folder = join(configFolder, 'profiles')
  }

  /** Where the profile of a grant is kept. */
  path(store: string, grant: string): string {
    const name = createHash('sha256').update(`${store}\n${grant}`).digest('hex').slice(0, 24)
    return join(this.#folder, `${name}.json`)
  }

  /** The profile of a grant. A missing one is undefined; one that cannot be read is an error that names the file. */
  async read(store: string, grant: string): Promise<Profile | undefined> {
    const path = this.path(store, grant)
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
    try {
      const read = JSON.parse(text) as Profile
      if (typeof read.settings === 'object' && read.settings !== null) return read
    } catch (cause) {
      throw new Error(unreadable(path), { cause })
    }
    throw new Error(unreadable(path))
  }

  /** Writes or replaces the profile, readable by its owner alone, whole or not at all. */
  async write(profile: Profile): Promise<string> {
    const path = this.path(profile.store, profile.grant)
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const draft = `${path}.${randomUUID()}.new`
    const text = `${JSON.stringify({ ...profile, store: withoutPassword(profile.store) }, null, 2)}\n`
    await writeFile(draft, text, { mode: 0o600 })
    await rename(draft, path)
    return path
  }

  /** Makes the folder, and throws when nothing can be written there. */
  async assertWritable(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      await access(this.#folder, constants.W_OK)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      const message = `What the login was made with cannot be kept in ${this.#folder} (${why}). EVERGRANT_CONFIG_DIR names another folder.`
      throw new Error(message, { cause })
    }
  }

  async delete(store: string, grant: string): Promise<void> {
    await rm(this.path(store, grant), { force: true })
  }
}

function unreadable(path: string): string {
  return `The profile ${path} is not readable. Delete it and log in again.`
}

/** A store's address may hold a password; the file only needs to say which store it was. */
function withoutPassword(store: string): string {
  if (!URL.canParse(store)) return store
  const url = new URL(store)
  if (url.password === '') return store
  url.password = ''
  return url.href
}
