import { createInterface, type Interface } from 'node:readline'
import type { ConsoleDialog } from '../consent/console-consent.ts'

/**
 * A dialog for {@link consoleConsent} on Node's streams, such as `process.stdin` and `process.stderr`. On a terminal
 * it reads in raw mode, so that a pasted line of any length arrives whole: the terminal's own line editing cuts it.
 * Nothing is read, and the program is not kept alive, while nobody asks.
 */
export function terminalDialog(
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean },
  output: NodeJS.WritableStream,
): ConsoleDialog {
  const terminal = input.isTTY === true
  const lines: string[] = []
  let reader: Interface | undefined
  let ended = false
  let asking: ((line: string | undefined) => void) | undefined

  const settle = (line: string | undefined): void => {
    const resolve = asking
    asking = undefined
    resolve?.(line)
  }
  const open = (): Interface => {
    const opened = createInterface({ input, ...(terminal ? { output, terminal, historySize: 0 } : {}) })
    opened.on('line', (line) => {
      if (asking === undefined) return void lines.push(line)
      settle(line)
      // Raw mode ends with the answer; a pipe's reader may hold the beginning of the next line, and only rests.
      if (!terminal) return void opened.pause()
      reader = undefined
      queueMicrotask(() => opened.close())
    })
    opened.on('close', () => {
      // The one before was closed after its answer; only the present one's end means that nobody will answer.
      if (opened !== reader) return
      reader = undefined
      ended ||= !terminal
      settle(undefined)
    })
    return opened
  }
  return {
    write: (text) => void output.write(text),
    read: () =>
      new Promise((resolve) => {
        const waiting = lines.shift()
        if (waiting !== undefined || ended) return resolve(waiting)
        asking = resolve
        reader ??= open()
        reader.resume()
      }),
  }
}
