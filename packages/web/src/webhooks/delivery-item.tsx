import { Button } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconClock, IconRefresh } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Delivery } from '../api/types.ts'
import { redeliver, refreshWebhooks } from '../api/webhooks.ts'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { CodeBlock } from '../shared/code-block.tsx'
import { Folded } from '../shared/folded.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { When } from '../shared/when.tsx'
import classes from './webhooks.module.css'

const LOOKS = {
  waiting: { tone: 'wait', icon: IconClock },
  delivered: { tone: 'good', icon: IconCircleCheck },
  failed: { tone: 'bad', icon: IconAlertTriangle },
  dropped: { tone: 'quiet', icon: IconClock },
} as const

/** One event on its way to the address, and what was answered. */
export function DeliveryItem({ webhook, delivery }: { webhook: string; delivery: Delivery }) {
  const { texts: all, times } = useLanguage()
  const texts = useTexts('webhooks')
  const client = useQueryClient()
  const { id, type, state, created_at, next_attempt_at, attempts, payload } = delivery
  const again = useMutation({ mutationFn: () => redeliver(webhook, id), onSuccess: () => refreshWebhooks(client) })
  const { tone, icon: Mark } = LOOKS[state]
  const words = all.webhookEvents[type]
  return (
    <li className={classes.delivery}>
      <div className={classes.head}>
        <span className={classes.badge} data-tone={tone} data-delivery={state}>
          <Mark size={16} aria-hidden /> {all.deliveryStates[state]}
        </span>
        <span className={classes.what}>
          {words}
          <span className={classes.note}>
            <When at={created_at} past />
            {next_attempt_at !== undefined && (
              <>
                {' · '}
                {texts.nextAttempt} <When at={next_attempt_at} />
              </>
            )}
          </span>
        </span>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={15} aria-hidden />}
          loading={again.isPending}
          aria-label={texts.sendAgainThis({ event: words })}
          onClick={() => again.mutate()}
        >
          {texts.sendAgain}
        </Button>
      </div>
      {again.error && <ProblemAlert error={again.error} />}
      <Folded title={texts.details}>
        {attempts.length === 0 ? (
          <p className={classes.note}>{texts.noAttempts}</p>
        ) : (
          <ol className={classes.attempts} reversed>
            {attempts.map(({ at, seconds, status, code, detail }) => (
              <li key={`${at}-${seconds}`}>
                {times.exact(at)}: {status === undefined ? texts.noAnswer : texts.answered({ status: String(status) })}
                {code && ` (${code})`}
                {detail && ` – ${detail}`}
              </li>
            ))}
          </ol>
        )}
        <CodeBlock label={texts.payload} text={JSON.stringify(payload, null, 2)} wrap />
      </Folded>
    </li>
  )
}
