import { randomUUID } from 'node:crypto'
import { type Clock, counted, type GrantStore, OAuthError, type StoreTraits, systemClock } from '@evergrant/core'
import { applyJobs } from '../file/apply-jobs.ts'
import { type GrantFile, grantFileText, parsedGrantFile } from '../file/grant-file.ts'
import { wholeFileStore } from '../file/whole-file-store.ts'
import { WriteQueue } from '../file/write-queue.ts'
import type { GrantDocument, Seen } from './grant-document.ts'

/** How long a store in a cloud waits. */
export interface DocumentTimes {
  /**
   * Seconds after which a request, and giving way to other writers, ends with `STORE_UNAVAILABLE`. Default 15: SDKs try
   * for minutes, or wait for ever.
   */
  readonly deadline?: number | undefined
  /** Measures them. Default the machine's. */
  readonly clock?: Clock | undefined
}

/** What a store on a {@link GrantDocument} promises and bears. */
export interface DocumentStoreOptions extends DocumentTimes {
  readonly traits: Omit<StoreTraits, 'list'>
  readonly maxBytes: number
  /** What the place's own errors mean. */
  readonly failure: (error: unknown, doing: 'read' | 'write') => OAuthError
}

/**
 * Keeps some grants in one text, in the form of a grant file. Nobody waits for a lock: who finds that another was first
 * reads again and makes its change to what is there now. Writers of one process are gathered.
 */
export function documentStore<Revision>(
  document: GrantDocument<Revision>,
  { traits, maxBytes, failure, deadline = 15, clock = systemClock }: DocumentStoreOptions,
): GrantStore {
  const { name } = document
  const limit = {
    maxBytes,
    tooLarge: (bytes: number): OAuthError =>
      new OAuthError('STORE_UNAVAILABLE', `${name} would have ${counted(bytes, 'byte')}; it takes up to ${maxBytes}.`),
  }

  /** A request that is given up may still be carried out; its condition keeps it from replacing anything newer. */
  const inTime = async <T>(request: Promise<T>): Promise<T> => {
    const over = new AbortController()
    const late = clock.sleep(deadline, over.signal).then(() => {
      throw new Error(`no answer in ${counted(deadline, 'second')}`)
    })
    try {
      return await Promise.race([request, late])
    } finally {
      over.abort()
      for (const loser of [request, late]) loser.catch(() => undefined)
    }
  }

  const look = async (): Promise<{ seen: Seen<Revision> | undefined; file: GrantFile }> => {
    try {
      const seen = await inTime(document.read())
      return { seen, file: fileOf(seen?.text, name) }
    } catch (error) {
      throw failure(error, 'read')
    }
  }

  const queue = new WriteQueue<GrantFile>(async (take) => {
    const until = clock.monotonic() + deadline
    let written: string | undefined
    for (let tries = 0; ; tries++) {
      const { seen, file } = await look()
      // An answer that was lost on the way made somebody ask twice, and the second time lose to the first.
      if (written !== undefined && seen?.text === written) return
      const after = applyJobs(file, take(), limit)
      if (after === file) return
      // So that what was written can be told from the same grants written by another.
      written = grantFileText({ ...after, others: { ...after.others, write: randomUUID() } })
      try {
        if (await inTime(document.replace(written, seen))) return
      } catch (error) {
        throw failure(error, 'write')
      }
      if (clock.monotonic() >= until)
        throw new OAuthError(
          'STORE_UNAVAILABLE',
          `${name} was changed by others for ${counted(deadline, 'second')} without a pause.`,
        )
      await clock.sleep(Math.min(0.5, 0.01 * 1.5 ** tries) * (0.5 + Math.random()))
    }
  })

  return wholeFileStore({ ...traits, list: true }, async () => (await look()).file, queue)
}

function fileOf(text: string | undefined, name: string): GrantFile {
  if (text === undefined) return { grants: new Map(), others: {}, access: undefined }
  return { ...parsedGrantFile(text, name), access: undefined }
}
