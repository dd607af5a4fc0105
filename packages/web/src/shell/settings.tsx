import { Navigate, NavLink, Outlet } from 'react-router'
import { useTexts } from '../languages/speaking.tsx'
import { useIsAdmin } from '../session/user.ts'
import classes from './settings.module.css'

export function Settings() {
  const texts = useTexts('shell')
  const isAdmin = useIsAdmin()
  const part = (to: string, name: string) => (
    <NavLink to={`/settings/${to}`} className={() => classes.link}>
      {name}
    </NavLink>
  )
  return (
    <div className={classes.layout}>
      <nav aria-label={texts.settingsParts} className={classes.nav}>
        {isAdmin && part('connections', texts.connections)}
        {part('api-keys', texts.apiKeys)}
        {isAdmin && part('webhooks', texts.webhooks)}
        {isAdmin && part('people', texts.people)}
        {isAdmin && part('audit', texts.audit)}
      </nav>
      <div className={classes.part}>
        <Outlet />
      </div>
    </div>
  )
}

export function SettingsStart() {
  return <Navigate to={useIsAdmin() ? '/settings/connections' : '/settings/api-keys'} replace />
}
