import { Loader, VisuallyHidden } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useTexts } from '../languages/speaking.tsx'
import { CONNECT_STEPS, type ConnectStep, ELSEWHERE_STEPS } from './connect-progress.ts'
import classes from './connect-steps.module.css'

/** Where the connection stands, told by the server. */
export function ConnectSteps({ current, elsewhere }: { current: ConnectStep; elsewhere: boolean }) {
  const texts = useTexts('accounts')
  const steps: readonly ConnectStep[] = elsewhere ? ELSEWHERE_STEPS : CONNECT_STEPS
  const at = steps.indexOf(current)
  return (
    <ol className={classes.steps}>
      {steps.map((step, index) => {
        const finished = index < at || current === 'done'
        const stage = finished ? 'done' : index === at ? 'now' : 'open'
        return (
          <li
            key={step}
            className={classes.step}
            data-stage={stage}
            aria-current={stage === 'now' ? 'step' : undefined}
          >
            <span className={classes.mark} aria-hidden>
              {stage === 'done' && <IconCheck size={15} stroke={2.6} />}
              {stage === 'now' && <Loader size={16} color="var(--mantine-color-anchor)" />}
            </span>
            {texts.steps[step]}
            <VisuallyHidden>
              {' '}
              ({stage === 'done' ? texts.stepDone : stage === 'now' ? texts.stepNow : texts.stepOpen})
            </VisuallyHidden>
          </li>
        )
      })}
    </ol>
  )
}
