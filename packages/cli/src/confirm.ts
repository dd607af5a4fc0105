import { Interrupted } from './interrupted.ts'
import type { Invocation } from './invocation.ts'

/** Asks before something cannot be undone. Where nobody can be asked, typing the command is the answer. */
export async function confirmed(
  question: string,
  yes: boolean | undefined,
  { terminal, signal }: Pick<Invocation, 'terminal' | 'signal'>,
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
