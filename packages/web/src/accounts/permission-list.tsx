import { Text } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { providerQuery } from '../api/providers.ts'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import classes from './permission-list.module.css'
import { permissionsOf, scopeList } from './permissions.ts'

/** What was granted, and by name what is missing. */
export function PermissionList({ account }: { account: Account }) {
  const texts = useTexts('accounts')
  const words = useTexts('scopes')
  const features = useQuery(providerQuery(account.connection.provider)).data?.features ?? []
  const granted = permissionsOf(scopeList(account.granted_scope), features, words)
  const missing = permissionsOf(account.missing_scopes, features, words)
  return (
    <Panel title={texts.permissions} description={missing.length > 0 ? texts.missingText : undefined}>
      {granted.length + missing.length === 0 && <Text c="dimmed">{texts.noScopes}</Text>}
      <ul className={classes.list}>
        {missing.map(({ title, scopes }) => (
          <li key={title} data-tone="bad">
            <IconX size={17} aria-hidden />
            <span className={classes.title}>{title}</span>
            <span className={classes.verdict}>{texts.missing}</span>
            <span className={classes.scopes}>{scopes.join(' ')}</span>
          </li>
        ))}
        {granted.map(({ title, scopes }) => (
          <li key={title} data-tone="good">
            <IconCheck size={17} aria-hidden />
            <span className={classes.title}>{title}</span>
            <span className={classes.verdict}>{texts.granted}</span>
            <span className={classes.scopes}>{scopes.join(' ')}</span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
