import { Navigate, NavLink, Outlet } from 'react-router'
import classes from './settings.module.css'
import { texts } from './texts.ts'

export function Settings() {
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
