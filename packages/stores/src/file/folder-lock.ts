import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, OAuthError } from '@evergrant/core'
import { isObject } from '../stored-grant.ts'
import { systemCode } from './failure.ts'
import { isAlive, processPlace } from './process-identity.ts'

/** How long to wait, in seconds by the waiter's monotonic clock. */
export interface LockTimes {
  readonly clock: Clock
  /** After which a lock without a sign of life is broken. */
  readonly staleAfter: number
  /** After which waiting ends with `STORE_UNAVAILABLE`. */
  readonly deadline: number
}

/** Thrown by {@link FolderLock.replace}: another process was at the file, with our lock or without. Nothing was written. */
export class LockLost extends Error {}

/**
 * The right to replace one file, between processes.
 *
 * The lock is the folder `<file>.lock`. It is made complete under another name, holding who owns it and an empty file
 * for the new content, and taken by renaming it; a folder that holds something cannot be renamed over. The new content
 * leaves the folder by the rename that replaces the file. So breaking a lock, which is to rename the folder away, also
 * takes the new content out of its owner's reach: an owner that was paused and wakes up late finds nothing to rename,
 * and breaking the wrong lock costs its owner a second try and nothing else. There is no moment to be unlucky in.
 */
export class FolderLock {
  readonly #folder: string
  readonly #owner: string
  readonly #next: string
  #beat: ReturnType<typeof setInterval>

  private constructor(folder: string, id: string, staleAfter: number) {
    this.#folder = folder
    this.#owner = join(folder, `${id}.owner`)
    this.#next = join(folder, `${id}.next`)
    this.#beat = setInterval(() => this.#live(), (staleAfter * 1000) / 4)
    this.#beat.unref()
  }

  /** Takes the lock of `path`; waits while another has it. Throws `STORE_UNAVAILABLE` at the deadline. */
  static async take(path: string, times: LockTimes): Promise<FolderLock> {
    const { clock, staleAfter } = times
    const folder = `${path}.lock`
    const place = processPlace()
    const id = randomUUID()
    const own = `${folder}.${id}`
    const watch = new StaleWatch(folder, place, times)
    const until = clock.monotonic() + times.deadline
    try {
      await prepare(own, id, place)
      for (let tries = 0; ; tries++) {
        const outcome = await moved(own, folder)
        if (outcome === 'done') return new FolderLock(folder, id, staleAfter)
        if (outcome === 'gone') await prepare(own, id, place)
        else if (await watch.isStale()) await breakLock(folder)
        else if (clock.monotonic() >= until) throw watch.timedOut(path)
        else await clock.sleep(Math.min(0.05, 0.002 * 1.4 ** tries) * (0.5 + Math.random()))
      }
    } catch (error) {
      await rm(own, { recursive: true, force: true }).catch(() => undefined)
      throw error
    }
  }

  /**
   * Replaces `target` by `content`, durably and atomically, if it is still as it was: a writer that ignores the lock is
   * noticed up to the last moment. Throws {@link LockLost}, and then has changed nothing.
   */
  async replace(
    target: string,
    content: string,
    owner: { uid: number; gid: number } | undefined,
    isUnchanged: () => Promise<boolean> = async () => true,
  ): Promise<void> {
    try {
      // `r+` never creates: in a folder that is another owner's by now there is no file of this name.
      const file = await open(this.#next, 'r+')
      try {
        await file.writeFile(content)
        if (owner !== undefined) await file.chown(owner.uid, owner.gid)
        await file.sync()
      } finally {
        await file.close()
      }
      if (!(await isUnchanged())) throw new LockLost('The file was written without the lock.')
      await rename(this.#next, target)
    } catch (error) {
      if (systemCode(error) === 'ENOENT') throw new LockLost('The lock was broken by another process.')
      throw error
    }
  }

  /** Gives the lock back, if it is still ours. */
  async release(): Promise<void> {
    clearInterval(this.#beat)
    // Only names that carry our id are removed, and only an empty folder: never another owner's lock.
    await unlink(this.#next).catch(() => undefined)
    await unlink(this.#owner).catch(() => undefined)
    await rmdir(this.#folder).catch(() => undefined)
  }

  #live(): void {
    const now = new Date()
    // Lost, or about to be found lost: the rename will tell.
    utimes(this.#owner, now, now).catch(() => undefined)
  }
}

/** Removes what crashed processes left beside the file. What is removed too early is made again by its owner. */
export async function sweep(path: string, folder: string, name: string): Promise<void> {
  const left = (await readdir(folder)).filter((entry) => entry.startsWith(`${name}.lock.`))
  for (const entry of left) {
    const at = join(folder, entry)
    const { mtimeMs } = await stat(at).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    const { mtimeMs: latest } = await stat(path)
    // Compared with the file itself, so that the clocks of a file server and this machine need not agree.
    if (latest - mtimeMs > 600_000) await rm(at, { recursive: true, force: true })
  }
}

async function prepare(own: string, id: string, place: string): Promise<void> {
  await mkdir(own, { mode: 0o700 })
  const owner = { pid: process.pid, place, since: new Date().toISOString() }
  await writeFile(join(own, `${id}.owner`), `${JSON.stringify(owner)}\n`, { mode: 0o600, flag: 'wx' })
  await writeFile(join(own, `${id}.next`), '', { mode: 0o600, flag: 'wx' })
}

async function moved(own: string, folder: string): Promise<'done' | 'held' | 'gone'> {
  try {
    await rename(own, folder)
    return 'done'
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT') return 'gone'
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return 'held'
    // Windows refuses to rename over any folder, and says so as a matter of permission.
    if (process.platform === 'win32' && (code === 'EPERM' || code === 'EACCES')) return 'held'
    throw error
  }
}

async function breakLock(folder: string): Promise<void> {
  const aside = `${folder}.${randomUUID()}`
  try {
    await rename(folder, aside)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return
    throw error
  }
  await rm(aside, { recursive: true, force: true })
}

/** Tells when a lock is abandoned: its process is gone, or it gave no sign of life for long enough. */
class StaleWatch {
  readonly #folder: string
  readonly #place: string
  readonly #times: LockTimes
  #seen = ''
  #since = 0
  #holder = 'another process'

  constructor(folder: string, place: string, times: LockTimes) {
    this.#folder = folder
    this.#place = place
    this.#times = times
  }

  async isStale(): Promise<boolean> {
    const { clock, staleAfter } = this.#times
    const { sign, pid } = await this.#look()
    if (sign === undefined) return false
    if (pid !== undefined && !isAlive(pid)) return true
    if (sign !== this.#seen) {
      this.#seen = sign
      this.#since = clock.monotonic()
    }
    return clock.monotonic() - this.#since >= staleAfter
  }

  timedOut(path: string): OAuthError {
    const message = `${path} has been locked by ${this.#holder} for too long (${path}.lock).`
    return new OAuthError('STORE_UNAVAILABLE', message, {})
  }

  /** A sign that changes while the owner lives, and its process id when that means something here. */
  async #look(): Promise<{ readonly sign: string | undefined; readonly pid?: number }> {
    try {
      const names = await readdir(this.#folder)
      const name = names.find((one) => one.endsWith('.owner'))
      if (names.length === 0) await rmdir(this.#folder)
      if (name === undefined) return { sign: names.length === 0 ? undefined : names.join(' ') }
      const at = join(this.#folder, name)
      const { mtimeMs } = await stat(at)
      const owner: unknown = JSON.parse(await readFile(at, 'utf8'))
      const known = isObject(owner) && typeof owner['pid'] === 'number' ? owner['pid'] : undefined
      this.#holder = known === undefined ? this.#holder : `process ${known}`
      const here = known !== undefined && isObject(owner) && owner['place'] === this.#place
      return { sign: `${name} ${mtimeMs}`, ...(here ? { pid: known } : {}) }
    } catch (error) {
      const code = systemCode(error)
      if (code === 'ENOENT' || code === 'ENOTEMPTY') return { sign: undefined }
      // A file of this name that is none of ours, or an owner that cannot be read: only its age counts.
      return {
        sign: await stat(this.#folder)
          .then(({ mtimeMs }) => `? ${mtimeMs}`)
          .catch(() => undefined),
      }
    }
  }
}
