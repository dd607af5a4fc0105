/** What its first use opens, for all that use it at once; tried again by the next use when that failed. */
export interface OpenedOnce<T> {
  get(): Promise<T>
  /** Ends what was opened, if anything was. */
  close(): Promise<void>
}

/** Puts opening off until the first use. */
export function openedOnce<T>(open: () => Promise<T>, end: (opened: T) => unknown): OpenedOnce<T> {
  let opening: Promise<T> | undefined
  return {
    async get() {
      opening ??= open()
      try {
        return await opening
      } catch (error) {
        opening = undefined
        throw error
      }
    },
    async close() {
      const opened = await opening?.then(
        (value) => ({ value }),
        () => undefined,
      )
      if (opened !== undefined) await end(opened.value)
    },
  }
}
