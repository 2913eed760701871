import '@fontsource-variable/inter/wght.css'
import '@mantine/core/styles.css'
import './style.css'
import { systemClock } from '@stillwatch/contract/time.ts'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { startLanguage } from './data/language.ts'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no element with the id root.')
await startLanguage()
createRoot(root).render(<App clock={systemClock} />)
