import { IconCheck } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import classes from './consent-summary.module.css'
import type { Permission } from './permissions.ts'

interface Props {
  permissions: readonly Permission[]
  provider: string
  hint: string | undefined
  action: ReactNode
}

/** One page, plain words: what will be allowed, for whom, how to undo it. */
export function ConsentSummary({ permissions, provider, hint, action }: Props) {
  const texts = useTexts('accounts')
  return (
    <Panel title={texts.whatTitle}>
      <ul className={classes.permissions}>
        {permissions.map(({ title, scopes }) => (
          <li key={title + scopes.join(' ')}>
            <IconCheck size={18} aria-hidden className={classes.tick} />
            <span>
              {title}
              {scopes.length > 0 && scopes.join(' ') !== title && (
                <span className={classes.scopes}>{scopes.join(' ')}</span>
              )}
            </span>
          </li>
        ))}
      </ul>
      <dl className={classes.facts}>
        <dt>{texts.forWhom}</dt>
        <dd>{hint ? texts.forWhomHint({ hint }) : texts.forWhomAnyone}</dd>
        <dt>{texts.undo}</dt>
        <dd>{texts.undoText({ provider })}</dd>
      </dl>
      {action}
    </Panel>
  )
}
