import { isOAuthError } from '../errors.ts'
import { callbackParameters } from '../grant/callback.ts'
import type { ConsentHandler } from './consent-handler.ts'

/** A place to write to and to read from, such as a terminal. */
export interface ConsoleDialog {
  write(text: string): void
  /** One line, however long; undefined at the end of the input. */
  read(): Promise<string | undefined>
}

/** What {@link consoleConsent} says and how patient it is. */
export interface ConsoleConsentOptions extends ConsoleDialog {
  /** How often a wrong paste is asked for again. Default 2. */
  readonly retries?: number | undefined
}

/**
 * Prints the address of the consent page and reads the callback that the person pastes: no listener and no browser on
 * this machine. Length is no limit here; a terminal's own line editing cuts at 1,024 or 4,096 characters, so `read` must
 * not use it. A paste that belongs to something else is told and asked for again. An empty line gives up.
 *
 * @example
 * ```ts
 * import { consoleConsent, type ConsoleDialog, type ConsentHandler } from '@evergrant/core'
 *
 * const consentBy = (dialog: ConsoleDialog): ConsentHandler => consoleConsent(dialog)
 * ```
 */
export function consoleConsent(options: ConsoleConsentOptions): ConsentHandler {
  const { retries = 2 } = options
  return async (url) => {
    options.write(`Open this address and allow the access:\n\n${url}\n\n`)
    options.write('Then paste the whole address that the browser shows (an empty line gives up):\n')
    const state = new URL(url).searchParams.get('state')
    for (let attempt = 0; ; attempt++) {
      const line = (await options.read())?.trim()
      if (line === undefined || line === '') return undefined
      const wrong = whatIsWrong(line, state)
      if (wrong === undefined || attempt >= retries) return line
      options.write(`${wrong} Paste it again:\n`)
    }
  }
}

function whatIsWrong(line: string, state: string | null): string | undefined {
  try {
    const belongs = state === null || callbackParameters(line).get('state') === state
    return belongs ? undefined : 'This address belongs to another attempt.'
  } catch (error) {
    if (isOAuthError(error)) return error.message
    throw error
  }
}
