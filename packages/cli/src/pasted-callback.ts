import { createInterface, type Interface } from 'node:readline'
import { type CallbackOptions, callbackParameters, isOAuthError, OAuthError } from '@evergrant/core'
import { Interrupted } from './interrupted.ts'
import type { Terminal } from './terminal.ts'

/**
 * The callback address that a person pastes. On a terminal the line is read in raw mode, because the terminal's own
 * line editing cuts lines at 1,024 or 4,096 bytes; a wrong paste is told and asked for again. From a pipe one line
 * counts. An empty line or the end of the input gives up: undefined.
 */
export async function pastedCallback(
  terminal: Terminal,
  state: string,
  signal: AbortSignal,
): Promise<CallbackOptions['callback'] | undefined> {
  const ask = terminal.stdin.isTTY === true
  const reader = createInterface({
    input: terminal.stdin,
    ...(ask ? { output: terminal.stderr, terminal: true, historySize: 0, prompt: 'Callback address: ' } : {}),
  })
  try {
    for (;;) {
      const line = await nextLine(reader, ask, signal)
      if (line === undefined || line.trim() === '') return undefined
      const parameters = check(line, state)
      if (!isOAuthError(parameters)) return parameters
      if (!ask) throw parameters
      terminal.say(`${parameters.message} Paste it again, or press Enter to give up.`)
    }
  } finally {
    reader.close()
  }
}

/** The parameters, or why this is not the address that is waited for. */
function check(line: string, state: string): URLSearchParams | OAuthError {
  try {
    const parameters = callbackParameters(line.trim().replace(/^["'<\s]+|["'>\s]+$/g, ''))
    if (parameters.get('state') === state) return parameters
    const message = 'This address does not belong to the login that was begun here: its state differs.'
    return new OAuthError('STATE_MISMATCH', message)
  } catch (error) {
    if (isOAuthError(error)) return error
    throw error
  }
}

function nextLine(reader: Interface, ask: boolean, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => (): void => {
      reader.off('line', line).off('close', closed).off('SIGINT', interrupted)
      signal.removeEventListener('abort', aborted)
      settle()
    }
    const line = (text: string): void => end(() => resolve(text))()
    const closed = end(() => resolve(undefined))
    const aborted = end(() => reject(signal.reason))
    // In raw mode Ctrl-C is a key, not a signal; it has to mean the same.
    const interrupted = end(() => reject(new Interrupted('SIGINT')))
    if (signal.aborted) return reject(signal.reason)
    reader.on('line', line).on('close', closed).on('SIGINT', interrupted)
    signal.addEventListener('abort', aborted, { once: true })
    if (ask) reader.prompt()
  })
}
