import { IconCheck, IconX } from '@tabler/icons-react'
import classes from './permission-names.module.css'
import type { Permission } from './permissions.ts'

interface Props {
  permissions: readonly Permission[]
  /** With the provider's own names below. */
  raw?: boolean
  /** They were not given. */
  missing?: boolean
}

/** Permissions, a line each. */
export function PermissionNames({ permissions, raw = false, missing = false }: Props) {
  const Mark = missing ? IconX : IconCheck
  return (
    <ul className={classes.permissions}>
      {permissions.map(({ title, scopes }) => (
        <li key={title + scopes.join(' ')}>
          <Mark size={18} aria-hidden className={missing ? classes.cross : classes.tick} />
          <span className={classes.title}>
            {title}
            {raw && scopes.length > 0 && scopes.join(' ') !== title && (
              <span className={classes.scopes}>{scopes.join(' ')}</span>
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}
