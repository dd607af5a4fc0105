/** Options of every call that can be given up by its caller. */
export interface Abortable {
  /** Detaches this caller only; work that others share goes on. */
  readonly signal?: AbortSignal | undefined
}
