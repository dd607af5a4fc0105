import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from '@tabler/icons-react'
import { Link } from 'react-router'
import type { Connection } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import list from '../shared/row-list.module.css'
import classes from './connection-row.module.css'
import { ProviderMark } from './provider-mark.tsx'
import { SecretEnd } from './secret-end.tsx'

export function ConnectionRow({ connection }: { connection: Connection }) {
  const texts = useTexts('connections')
  const { ok, total } = connection.accounts ?? { ok: 0, total: 0 }
  const { former_secret: former } = connection
  // Of the one that is in use.
  const end = former?.used_since === undefined ? connection.secret_expires_at : former.expires_at
  const tone = total === 0 ? 'quiet' : ok === total ? 'good' : 'warn'
  const Mark = { quiet: IconCircleDashed, good: IconCircleCheck, warn: IconAlertTriangle }[tone]
  return (
    <li>
      <Link to={`/settings/connections/${connection.id}`} className={list.row}>
        <ProviderMark name={connection.provider_name} />
        <span className={list.main}>
          <span className={classes.name}>{connection.name}</span>
          <span className={classes.note}>{connection.provider_name}</span>
          {end !== undefined && (
            <span className={classes.note}>
              <SecretEnd at={end} />
            </span>
          )}
          {former?.used_since !== undefined && <span className={classes.error}>{texts.newRefused}</span>}
          {connection.last_error && (
            <span className={classes.error}>
              {texts.lastError}: {connection.last_error}
            </span>
          )}
        </span>
        <span className={classes.accounts} data-tone={tone}>
          <Mark size={17} aria-hidden /> {total === 0 ? texts.accountsNone : texts.accounts({ ok, count: total })}
        </span>
      </Link>
    </li>
  )
}
