import { Navigate, NavLink, Outlet } from 'react-router'
import { useTexts } from '../languages/speaking.tsx'
import classes from './settings.module.css'

export function Settings() {
  const texts = useTexts('shell')
  return (
    <div className={classes.layout}>
      <nav aria-label={texts.settingsParts} className={classes.nav}>
        <NavLink to="/settings/connections" className={() => classes.link}>
          {texts.connections}
        </NavLink>
        <NavLink to="/settings/api-keys" className={() => classes.link}>
          {texts.apiKeys}
        </NavLink>
      </nav>
      <div className={classes.part}>
        <Outlet />
      </div>
    </div>
  )
}

export function SettingsStart() {
  return <Navigate to="/settings/connections" replace />
}
