import { Anchor } from '@mantine/core'
import { Link } from 'react-router'
import type { AuditEntry } from '../api/types.ts'
import classes from './audit.module.css'
import type { Names } from './names.ts'

/** What it was done to: a person by the name that they had then, anything else by its name now, or when it was removed, or by its id. */
export function DeedSubject({ entry, names }: { entry: AuditEntry; names: Names }) {
  const { action, subject, actor, detail } = entry
  // What was only asked for is told with the words for that.
  if (subject === undefined || subject === actor.id || action === 'password.refused') return null
  const known = names.get(subject)
  if (known?.to) {
    return (
      <Anchor component={Link} to={known.to} className={classes.subject}>
        {known.name}
      </Anchor>
    )
  }
  const name = detail?.['called'] ?? known?.name ?? detail?.['name'] ?? detail?.['url']
  return <span className={classes.subject}>{typeof name === 'string' ? name : <code>{subject}</code>}</span>
}
