import type { Terminal } from './terminal.ts'

const WIDTH = 30

/** How far some work has come. */
export interface Progress {
  readonly done: number
  readonly total: number
  /** A few words more. */
  readonly also?: string | undefined
}

/**
 * Tells how far work has come: a bar that is drawn over on a terminal, a line for each tenth elsewhere, and nothing with
 * `--json`. `end` leaves the cursor on a line of its own.
 */
export function progressTeller(what: string, terminal: Terminal): { tell(progress: Progress): void; end(): void } {
  let last = -1
  let drawn = false
  const tell = ({ done, total, also }: Progress): void => {
    if (terminal.json || total === 0) return
    const steps = terminal.isTTY ? 100 : 10
    const step = Math.floor((done / total) * steps)
    if (step === last) return
    last = step
    const words = `${what} ${done} of ${total}${also === undefined ? '' : `, ${also}`}`
    if (!terminal.isTTY) {
      terminal.note(words)
      return
    }
    const full = Math.round((done / total) * WIDTH)
    const bar = `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}`
    terminal.draw(`${terminal.style('cyan', bar)} ${words}`)
    drawn = true
  }
  const end = (): void => {
    if (drawn) terminal.stderr.write('\n')
    drawn = false
  }
  return { tell, end }
}
