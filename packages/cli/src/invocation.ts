import type { Clock } from '@evergrant/core'
import type { Folders } from './folders.ts'
import type { Terminal } from './terminal.ts'

/** One run of the program: everything that a command may know of the machine. */
export interface Invocation {
  readonly terminal: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly folders: Folders
  readonly clock: Clock
  /** Aborts when the person or the system wants the program to stop. */
  readonly signal: AbortSignal
}
