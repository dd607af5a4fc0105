import type { ReactNode } from 'react'
import { useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import classes from './consent-summary.module.css'
import { PermissionNames } from './permission-names.tsx'
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
      <PermissionNames permissions={permissions} raw />
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
