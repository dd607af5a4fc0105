import { IconAlertTriangle, IconCircleCheck, IconPlayerPause } from '@tabler/icons-react'
import { Link } from 'react-router'
import type { Webhook } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import list from '../shared/row-list.module.css'
import classes from './webhooks.module.css'

export function WebhookRow({ webhook }: { webhook: Webhook }) {
  const texts = useTexts('webhooks')
  const { id, url, description, events } = webhook
  return (
    <li>
      <Link to={`/settings/webhooks/${id}`} className={list.row}>
        <span className={list.main}>
          <span className={classes.name}>{description ?? url}</span>
          <span className={classes.note}>
            {description && `${url} · `}
            {events === null ? texts.allEvents : texts.eventCount({ count: events.length })}
          </span>
        </span>
        <WebhookState webhook={webhook} />
      </Link>
    </li>
  )
}

/** Whether it takes what is sent: colour, icon and words together. */
function WebhookState({ webhook: { enabled, switched_off, failing_since } }: { webhook: Webhook }) {
  const texts = useTexts('webhooks')
  const [tone, Mark, words] = !enabled
    ? switched_off === 'person'
      ? (['quiet', IconPlayerPause, texts.off] as const)
      : (['bad', IconAlertTriangle, texts.off] as const)
    : failing_since === undefined
      ? (['good', IconCircleCheck, texts.on] as const)
      : (['warn', IconAlertTriangle, texts.failing] as const)
  return (
    <span className={classes.badge} data-tone={tone}>
      <Mark size={16} aria-hidden /> {words}
    </span>
  )
}
