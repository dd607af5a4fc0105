import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { loadLanguage, markPage } from './languages/languages.ts'
import { preferredLanguage } from './languages/preference.ts'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
const language = await loadLanguage(preferredLanguage())
markPage(language)
createRoot(root).render(
  <StrictMode>
    <App language={language} />
  </StrictMode>,
)
