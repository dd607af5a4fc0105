import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import classes from '../accounts/account-history.module.css'
import type { MailTest } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { TechnicalDetails } from '../shared/technical-details.tsx'
import { When } from '../shared/when.tsx'

/** How the newest test went, step by step, and who has to do what where it failed. */
export function MailSteps({ test }: { test: MailTest }) {
  const texts = useTexts('mail')
  const shared = useTexts('shared')
  const whoWords = useTexts('who')
  return (
    <div>
      <p role="status">
        {test.ok ? texts.works : texts.fails} <When at={test.at} past />
      </p>
      <ol className={classes.entries}>
        {test.steps.map(({ step, ok, server, detail, technical, code, who, advice }) => {
          const Mark = ok ? IconCircleCheck : IconAlertTriangle
          return (
            <li key={step} data-tone={ok ? 'good' : 'warn'}>
              <Mark size={18} aria-hidden className={classes.mark} />
              <div className={classes.words}>
                {texts.steps[step]}: {ok ? texts.stepOk : texts.stepFailed}
                <span className={classes.detail}>{detail}</span>
                {!ok && advice && <span className={classes.detail}>{advice}</span>}
                {!ok && who && (
                  <span className={classes.detail}>
                    {shared.whoCanFix}: {whoWords[who]}
                  </span>
                )}
                {!ok && technical && <TechnicalDetails data={{ code, technical }} />}
              </div>
              {server && <span className={classes.when}>{server}</span>}
            </li>
          )
        })}
      </ol>
    </div>
  )
}
