import { mkdir, open, realpath } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { type Clock, type GrantStore, systemClock } from '@evergrant/core'
import { applyJobs } from './file/apply-jobs.ts'
import { fileFailure } from './file/failure.ts'
import { FolderLock, LockLost, sweep } from './file/folder-lock.ts'
import { fileState, type GrantFile, grantFileText, readGrantFile, tooLarge } from './file/grant-file.ts'
import { localProcesses } from './file/process-identity.ts'
import { wholeFileStore } from './file/whole-file-store.ts'
import { type Job, WriteQueue } from './file/write-queue.ts'

/** Choices of a {@link fileStore}. */
export interface FileStoreOptions {
  /** Hears, once for each store, that others may read the file. */
  readonly onWarning?: ((message: string) => void) | undefined
  /** The file does not grow beyond this. Default 16 MiB: every write writes the whole file. */
  readonly maxBytes?: number | undefined
  /** Seconds after which another process's lock without a sign of life is broken. Default 5. */
  readonly staleAfter?: number | undefined
  /** Seconds after which waiting for the lock ends with `STORE_UNAVAILABLE`. Default 15. */
  readonly deadline?: number | undefined
  /** Measures both. Default the machine's. */
  readonly clock?: Clock | undefined
}

/**
 * Keeps grants in one JSON file that people can read: for a program or a few on one machine.
 *
 * The file has mode 0600 (a folder that is missing is made with 0700) and is replaced as a whole: after a crash it is
 * the old or the new one. A put that resolved is on the disk. Several processes may share it, through a lock whose
 * owner, when it dies or is paused, can hold nobody up for long and write nothing late. Reads need no lock. On Linux a
 * process that was killed in the middle of a refresh is seen to be gone: others go on after two seconds, not a lease.
 *
 * Fails with `STORE_CORRUPT` (the file is not one of ours or damaged; it is left as it is), `STORE_READ_ONLY`,
 * `STORE_UNAVAILABLE` (disk full, lock not to be had, beyond `maxBytes`) or `ABORTED`; nothing is then changed.
 *
 * @example
 * ```ts
 * import { type Client, tokenSource } from '@evergrant/core'
 * import { fileStore } from '@evergrant/stores/file'
 *
 * async function read(client: Client): Promise<Response> {
 *   const source = tokenSource('alice', { client, store: fileStore('./grants.json') })
 *   return source.fetch('https://api.example/me')
 * }
 * ```
 */
export function fileStore(path: string, options: FileStoreOptions = {}): GrantStore {
  const { onWarning, maxBytes = 16 * 1024 * 1024, staleAfter = 5, deadline = 15, clock = systemClock } = options
  const named = resolve(path)
  let warned = false
  let swept = false

  const read = async (at: string): Promise<GrantFile> => {
    const file = await readGrantFile(at, maxBytes)
    if (!warned && file.access !== undefined && isOpenToOthers(file.access.mode)) {
      warned = true
      onWarning?.(
        `${named} may be read by other users (mode ${file.access.mode.toString(8)}); the next write ends that.`,
      )
    }
    return file
  }

  const queue = new WriteQueue<GrantFile>(async (take) => {
    try {
      // A symbolic link stays one: what it points to is replaced.
      const target = await realpath(named).catch(() => named)
      await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      let tries = 0
      while (!(await write(target, take))) if (++tries === 100) throw new LockLost('others wrote it every time.')
      if (!swept) {
        swept = true
        await sweep(target, dirname(target), basename(target)).catch(() => undefined)
      }
    } catch (error) {
      throw fileFailure(error, named, 'write')
    }
  })

  const limit = { maxBytes, tooLarge: (bytes: number) => tooLarge(named, bytes, maxBytes) }
  const write = async (target: string, take: () => readonly Job<GrantFile>[]): Promise<boolean> => {
    const lock = await FolderLock.take(target, { clock, staleAfter, deadline })
    try {
      const before = await read(target)
      const after = applyJobs(before, take(), limit)
      if (after === before) return true
      const isUnchanged = async (): Promise<boolean> => (await fileState(target)) === before.state
      await lock.replace(target, grantFileText(after), keptOwner(before), isUnchanged)
      await syncFolder(dirname(target))
      return true
    } catch (error) {
      if (error instanceof LockLost) return false
      throw error
    } finally {
      await lock.release()
    }
  }

  const store = wholeFileStore({ durable: true, cas: 'emulated', list: true }, () => read(named), queue)
  return { ...store, processes: localProcesses() }
}

/** Windows has no such bits; there the folder's access list decides. */
function isOpenToOthers(mode: number): boolean {
  return process.platform !== 'win32' && (mode & 0o077) !== 0
}

/** An administrator's run must not take a user's file away from the user. */
function keptOwner({ access }: GrantFile): { uid: number; gid: number } | undefined {
  return process.getuid?.() === 0 && access !== undefined && access.uid !== 0 ? access : undefined
}

/** A rename is durable only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
