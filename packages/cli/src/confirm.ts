import { Interrupted } from './interrupted.ts'
import type { Invocation } from './invocation.ts'
import { UsageError } from './usage-error.ts'

type Asking = Pick<Invocation, 'terminal' | 'signal'>

/** Asks before something cannot be undone. Where nobody can be asked, typing the command is the answer. */
export async function confirmed(
  question: string,
  yes: boolean | undefined,
  { terminal, signal }: Asking,
): Promise<boolean> {
  if (yes === true || !terminal.canAsk) return true
  const { confirm, isCancel } = await import('@clack/prompts')
  const answer = await confirm({
    message: question,
    initialValue: false,
    input: terminal.stdin,
    output: terminal.stderr,
    signal,
  })
  if (isCancel(answer)) throw new Interrupted('SIGINT')
  return answer
}

/** The same for what takes more than one person's access away: where nobody can be asked, only `--yes` is the answer. */
export async function expresslyConfirmed(question: string, yes: boolean | undefined, asking: Asking): Promise<boolean> {
  if (yes !== true && !asking.terminal.canAsk) {
    throw new UsageError(`${question} Without a terminal nobody can be asked, so nothing was done.`, 'Give --yes.')
  }
  return confirmed(question, yes, asking)
}
