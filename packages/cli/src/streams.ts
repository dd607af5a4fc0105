import type { Readable, Writable } from 'node:stream'
import type { Clock } from '@evergrant/core'

/** A stream that may be a terminal. */
export type Input = Readable & { readonly isTTY?: boolean | undefined }
export type Output = Writable & { readonly isTTY?: boolean | undefined }

/** The standard streams; `process` has this shape. */
export interface Streams {
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
}

/** What a program that embeds the command line may replace. */
export interface Seams {
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined
  /** Stops what is under way, as Ctrl-C does. Default: SIGINT and SIGTERM of this process. */
  readonly signal?: AbortSignal | undefined
  /** Default: the folder of this process. */
  readonly cwd?: string | undefined
}
