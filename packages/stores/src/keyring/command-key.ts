import { spawn } from 'node:child_process'
import { OAuthError, type SealingKey, scrub } from '@evergrant/core'
import { isObject } from '../stored-grant.ts'

/** What a {@link commandKey} needs. */
export interface CommandKeyOptions {
  /** The program and its arguments. No shell is between. */
  readonly command: readonly string[]
  /** Seconds after which it is ended. Default 30. */
  readonly timeout?: number | undefined
}

const MOST_OUTPUT = 65_536

/**
 * A sealing key behind a command, for key services that nothing here knows. The command gets one JSON object on its
 * stdin, which then ends, and answers with one on its stdout:
 *
 * - `{"op":"key"}` → `{"key":"<id>"}`, the id of the key that wraps now
 * - `{"op":"wrap","key":"<id>","data":"<base64 of 32 bytes>"}` → `{"data":"<base64>"}`
 * - `{"op":"unwrap","key":"<id>","data":"<base64>"}` → `{"data":"<base64 of 32 bytes>"}`
 * - `{"error":"<words>"}` when it cannot; with `"refused":true` when these are no bytes that the key wrapped
 *
 * It is asked seldom, since data keys are kept for an hour. What it writes to stderr goes into the error.
 *
 * Fails with `KEY_UNAVAILABLE`, with `UNSEAL_FAILED` when the command refuses, and with `INVALID_ARGUMENT` without a program.
 *
 * @example
 * ```ts
 * import { commandKey, keyring } from '@evergrant/stores/keyring'
 *
 * const current = await commandKey({ command: ['/usr/local/bin/our-hsm', '--slot', '3'] })
 * console.log(keyring({ current }).kid)
 * ```
 */
export async function commandKey(options: CommandKeyOptions): Promise<SealingKey> {
  const program: unknown = options?.command?.[0]
  // Node's own error for one that it cannot start has no code of ours.
  if (
    !Array.isArray(options?.command) ||
    typeof program !== 'string' ||
    program === '' ||
    options.command.join('').includes('\0')
  )
    throw new OAuthError('INVALID_ARGUMENT', 'command: a program and its arguments are expected, as a list of texts.')
  const { key: id } = await ask(options, { op: 'key' })
  if (typeof id !== 'string') throw unavailable(options, 'it told no id of a key')
  const change = async (op: 'wrap' | 'unwrap', bytes: Uint8Array): Promise<Uint8Array> => {
    const { data } = await ask(options, { op, key: id, data: Buffer.from(bytes).toString('base64') })
    if (typeof data !== 'string' || !/^[A-Za-z0-9+/]+={0,2}$/.test(data)) throw unavailable(options, 'it told no data')
    return new Uint8Array(Buffer.from(data, 'base64'))
  }
  return { id, wrap: (dataKey) => change('wrap', dataKey), unwrap: (wrapped) => change('unwrap', wrapped) }
}

async function ask(options: CommandKeyOptions, question: object): Promise<Readonly<Record<string, unknown>>> {
  const { out, failed } = await run(options, JSON.stringify(question))
  let answer: unknown
  try {
    answer = JSON.parse(out)
  } catch {
    // The parser's own words quote the text, which may hold a key.
    throw unavailable(options, failed ?? 'its answer is not JSON')
  }
  if (!isObject(answer)) throw unavailable(options, 'its answer is not an object')
  const { error, refused } = answer
  if (error === undefined && failed === undefined) return answer
  const words = typeof error === 'string' ? error : (failed ?? 'it gave no reason')
  if (refused === true) throw new OAuthError('UNSEAL_FAILED', `${named(options)} refused: ${scrub(words)}`)
  throw unavailable(options, words)
}

/** What the command wrote, and how it failed. */
function run({ command, timeout = 30 }: CommandKeyOptions, input: string): Promise<{ out: string; failed?: string }> {
  const [program = '', ...rest] = command
  return new Promise((resolve) => {
    const child = spawn(program, rest, { stdio: 'pipe', timeout: timeout * 1000, killSignal: 'SIGKILL' })
    let [out, words] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk
      if (out.length > MOST_OUTPUT) child.kill('SIGKILL')
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      words = (words + chunk).slice(-1000)
    })
    // A command that does not read its input is told by its answer.
    child.stdin.on('error', () => undefined)
    child.stdin.end(`${input}\n`)
    child.on('error', (error) => resolve({ out: '', failed: error.message }))
    child.on('close', (code, signal) => {
      const how = signal === null ? `it ended with ${code}` : `it was ended by ${signal}`
      const failed = words.trim() === '' ? how : `${how}: ${words.trim()}`
      resolve(code === 0 ? { out } : { out, failed })
    })
  })
}

function named({ command }: CommandKeyOptions): string {
  // Its arguments may hold a secret.
  return `The key command ${command[0]}`
}

function unavailable(options: CommandKeyOptions, words: string): OAuthError {
  return new OAuthError('KEY_UNAVAILABLE', `${named(options)} failed: ${scrub(words)}`)
}
